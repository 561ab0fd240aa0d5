using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Templates;

/// <summary>
/// Files that are composed of others: the parameter <c>actorcsi.io/templates</c> of any class, a YAML list of {path, mode, template}. They are made of the files of
/// one bundle and land together with them.
/// </summary>
internal static class TemplateFiles
{
    private const string Parameter = RefreshParameters.TemplatesName;
    private const int Most = 64;
    private const int LongestTemplate = 256 << 10;

    private static readonly ConditionalWeakTable<SecretProviderClass, Holder> Known = [];

    /// <summary>Looks whether the templates of <paramref name="secretClass"/> make sense; once for each instance.</summary>
    /// <exception cref="VolumeException">They do not; names each fault, with its line.</exception>
    public static void Check(SecretProviderClass secretClass) => Of(secretClass);

    /// <summary><paramref name="bundle"/> with the files that the templates of its class make of it. Takes it over: the new files are erased with it.</summary>
    /// <exception cref="VolumeException">They cannot be made, and why; the bundle is as it was.</exception>
    public static SecretBundle AddTo(SecretBundle bundle, SecretProviderClass secretClass)
    {
        var templates = Of(secretClass);
        if (templates.IsEmpty || bundle.Unchanged)
            return bundle;
        if (bundle.WrittenByProvider)
            throw new VolumeException(VolumeError.ProviderFailed, $"provider '{secretClass.Provider}' writes its files itself, and {Parameter} is made of files that it answers with: use a version of it that does");
        var room = new TemplateRoom();
        var made = new List<SecretFile>();
        try
        {
            foreach (var template in templates)
                made.Add(Make(template, bundle.Files, room, secretClass));
        }
        catch
        {
            made.ForEach(file => file.Content.Erase());
            throw;
        }
        return bundle with { Files = [.. bundle.Files, .. made] };
    }

    private static SecretFile Make(TemplateFile template, ImmutableArray<SecretFile> files, TemplateRoom room, SecretProviderClass secretClass)
    {
        if (files.Any(file => file.Path == template.Path))
            throw Fault(secretClass, $"{template.Field}.path is '{Words.Clip(template.Path)}', which is a file that the provider gives: choose another name");
        try
        {
            return new SecretFile(template.Path, template.Mode, template.Template.Render(files, room));
        }
        catch (TemplateFault fault)
        {
            throw Fault(secretClass, $"{template.Field} ('{Words.Clip(template.Path)}'), line {fault.Line} of the template: {fault.Message}");
        }
    }

    private static VolumeException Fault(SecretProviderClass secretClass, string what)
        => new(VolumeError.Invalid, $"SecretProviderClass {secretClass.Namespace}/{secretClass.Name}: parameters.{what}");

    private static ImmutableArray<TemplateFile> Of(SecretProviderClass secretClass) => Known.GetValue(secretClass, static one => new Holder(Read(one))).Files;

    private static ImmutableArray<TemplateFile> Read(SecretProviderClass secretClass)
    {
        if (secretClass.Parameters[Parameter] is not { } yaml)
            return [];
        var faults = new ParameterFaults(secretClass);
        var read = new List<TemplateFile>();
        ObjectList.Read(faults, Parameter, Most, "{path, mode, template}", yaml, (mapping, field) =>
        {
            if (ReadOne(mapping, field, faults) is { } one)
                Add(read, one, faults);
        });
        faults.ThrowIfAny();
        return [.. read];
    }

    private static TemplateFile? ReadOne(YamlMapping mapping, string field, ParameterFaults faults)
    {
        string? path = null, text = null;
        var mode = SecretFile.DefaultMode;
        foreach (var (key, value) in mapping.Entries)
        {
            switch (key.Text)
            {
                case "path":
                    path = faults.Text(value, $"{field}.path");
                    break;
                case "template":
                    text = faults.Text(value, $"{field}.template");
                    break;
                case "mode":
                    if (!FilePermissions.TryRead(value, out mode))
                        faults.Add($"{field}.mode", $"is {value.Kind}, {FilePermissions.Expected}");
                    break;
                default:
                    faults.Add($"{field}.{Words.Clip(key.Text)}", "is unknown, expected path, mode and template");
                    break;
            }
        }
        if (path is null || text is null)
        {
            faults.Add(field, "needs both: path, the file that is made, and template, the text that it is made of");
            return null;
        }
        if (text.Length > LongestTemplate)
        {
            faults.Add($"{field}.template", $"has more than {LongestTemplate} characters");
            return null;
        }
        try
        {
            return new TemplateFile(field, path, mode, Template.Read(text));
        }
        catch (TemplateFault fault)
        {
            faults.Add(field, $"('{Words.Clip(path)}'), line {fault.Line} of the template: {fault.Message}");
            return null;
        }
    }

    private static void Add(List<TemplateFile> read, TemplateFile one, ParameterFaults faults)
    {
        if (FilePath.BrokenRule(one.Path) is { } rule)
            faults.Add($"{one.Field}.path", rule);
        else if (read.Find(other => other.Path == one.Path) is { } first)
            faults.Add($"{one.Field}.path", $"is '{Words.Clip(one.Path)}' as {first.Field}.path is, expected each path once");
        read.Add(one);
    }

    private sealed record TemplateFile(string Field, string Path, int Mode, Template Template);

    private sealed record Holder(ImmutableArray<TemplateFile> Files);
}
