using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Token;

/// <summary>One file that a class asks for: the pod's token for an audience.</summary>
internal readonly record struct TokenObject(string Audience, string Path, int Mode);

/// <summary>
/// Reads <c>parameters.objects</c>, a YAML list of {audience, path, mode}. Only the audience must be there; <c>""</c> is the API server's.
/// </summary>
internal static class TokenObjects
{
    private const string Parameter = "objects";
    private const int Most = 256;

    /// <summary>The files asked for; null when the class names none and wants all tokens.</summary>
    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static ImmutableArray<TokenObject>? Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        faults.AddUnknown([Parameter]);
        var objects = secretClass.Parameters[Parameter] is { } yaml ? ReadList(yaml, faults) : (ImmutableArray<TokenObject>?)null;
        faults.ThrowIfAny();
        return objects;
    }

    private static ImmutableArray<TokenObject> ReadList(string yaml, ParameterFaults faults)
    {
        var objects = new List<TokenObject>();
        try
        {
            if (YamlReader.Read(yaml) is not [YamlSequence { Items: { IsEmpty: false, Length: <= Most } items }])
            {
                faults.Add(Parameter, $"is not a YAML list of 1 to {Most} entries {{audience, path, mode}}");
                return [];
            }
            for (var i = 0; i < items.Length; i++)
                if (ReadOne(items[i], $"{Parameter}[{i}]", faults) is { } read)
                    Add(objects, read, $"{Parameter}[{i}]", faults);
        }
        catch (YamlFault fault)
        {
            faults.Add(Parameter, $"cannot be read as YAML, line {fault.Line}: {fault.Message}");
        }
        return [.. objects];
    }

    private static TokenObject? ReadOne(YamlNode node, string field, ParameterFaults faults)
    {
        if (node is not YamlMapping mapping)
        {
            faults.Add(field, $"is {node.Kind}, expected {{audience, path, mode}}");
            return null;
        }

        string? audience = null, path = null;
        var mode = SecretFile.DefaultMode;
        foreach (var (key, value) in mapping.Entries)
        {
            switch (key.Text)
            {
                case "audience":
                    audience = Text(value, $"{field}.audience", faults);
                    break;
                case "path":
                    path = Text(value, $"{field}.path", faults);
                    break;
                case "mode":
                    if (!FilePermissions.TryRead(value, out mode))
                        faults.Add($"{field}.mode", $"is {Found(value)}, {FilePermissions.Expected}");
                    break;
                default:
                    faults.Add($"{field}.{Words.Clip(key.Text)}", "is unknown, expected audience, path and mode");
                    break;
            }
        }
        if (!mapping.Entries.Any(entry => entry.Key.Text == "audience"))
            faults.Add($"{field}.audience", "is missing; the API server's own audience is written as \"\"");
        return audience is null ? null : new TokenObject(audience, path ?? TokenFileNames.Of(audience), mode);
    }

    private static void Add(List<TokenObject> objects, TokenObject read, string field, ParameterFaults faults)
    {
        if (FilePath.BrokenRule(read.Path) is { } rule)
            faults.Add($"{field}.path", rule);
        else if (objects.FindIndex(other => other.Path == read.Path) is >= 0 and var first)
            faults.Add($"{field}.path", $"is '{Words.Clip(read.Path)}' as {Parameter}[{first}].path is, expected each path once");
        objects.Add(read);
    }

    private static string? Text(YamlNode value, string field, ParameterFaults faults)
    {
        if (value is YamlScalar { IsText: true } scalar)
            return scalar.Text;
        faults.Add(field, $"is {Found(value)}, expected a text{(value is YamlScalar ? ": put it in quotes" : "")}");
        return null;
    }

    private static string Found(YamlNode value) => value is YamlScalar { Type: not YamlType.Null } scalar ? $"{scalar.Kind} ({Words.Clip(scalar.Text)})" : value.Kind;
}
