using System.Collections.Immutable;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// Reads <c>parameters.secrets</c>, a YAML list. What the plugin's YAML reader lets pass, passes: unknown keys, numbers and booleans where texts are
/// expected.
/// </summary>
internal sealed class GcpObjects(ParameterFaults faults)
{
    private const string Parameter = "secrets";
    private const int Most = 256;

    private readonly List<GcpObject> _objects = [];
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    public ImmutableArray<GcpObject> Read(string? yaml)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(yaml) || YamlReader.Read(yaml) is not [YamlSequence { Items: { IsEmpty: false, Length: <= Most } items }])
            {
                faults.Add(Parameter, $"is not a YAML list of 1 to {Most} entries {{resourceName, path}}");
                return [];
            }
            for (var i = 0; i < items.Length; i++)
                ReadOne(items[i], $"{Parameter}[{i}]");
        }
        catch (YamlFault fault)
        {
            faults.Add(Parameter, $"cannot be read as YAML, line {fault.Line}: {fault.Message}");
        }
        return [.. _objects];
    }

    private void ReadOne(YamlNode node, string field)
    {
        if (node is not YamlMapping mapping)
        {
            faults.Add(field, $"is {node.Kind}, expected {{resourceName, path}}");
            return;
        }
        var fields = mapping.Entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value, StringComparer.Ordinal);
        var (json, yaml) = (Text(fields, "extractJSONKey", field), Text(fields, "extractYAMLKey", field));
        if (json.Length > 0 && yaml.Length > 0)
            faults.Add(field, "has both extractJSONKey and extractYAMLKey, expected one");
        var written = new GcpObject
        {
            Resource = Resource(Text(fields, "resourceName", field), field),
            Path = Text(fields, "path", field) is { Length: > 0 } path ? path : Text(fields, "fileName", field),
            Mode = Mode(fields, field),
            Key = json.Length > 0 ? json : yaml,
            IsYaml = yaml.Length > 0,
            IsBase64 = IsTrue(fields, "decodeBase64", field),
            AllKeys = IsTrue(fields, "allKeys", field),
            Files = Files(fields, field),
        };
        Check(written, field);
        _objects.Add(written);
    }

    private void Check(GcpObject written, string field)
    {
        if (new[] { written.Key.Length > 0, written.AllKeys, !written.Files.IsEmpty }.Count(isSet => isSet) > 1)
            faults.Add(field, "has more than one of extractJSONKey, extractYAMLKey, allKeys and files, expected one");
        if (!written.IsSeveral)
            CheckPath(written.Path, $"{field}.path");
        foreach (var (name, _) in written.Files)
            CheckPath(written.PathOf(name), $"{field}.files");
        if (written is { AllKeys: true, Path.Length: > 0 } && FilePath.BrokenRule(written.Path) is { } rule)
            faults.Add($"{field}.path", rule);
    }

    private void CheckPath(string path, string field)
    {
        if (FilePath.BrokenRule(path) is { } rule)
            faults.Add(field, path.Length == 0 ? rule : $"'{Words.Clip(path)}' {rule}");
        else if (!_paths.TryAdd(path, field))
            faults.Add(field, $"is '{Words.Clip(path)}' as {_paths[path]} is, expected each path once");
    }

    private GcpResource Resource(string name, string field)
    {
        if (GcpResource.Fault(name, out var resource) is { } fault)
            faults.Add($"{field}.resourceName", name.Length == 0 ? "is missing" : fault);
        return resource;
    }

    private int Mode(Dictionary<string, YamlNode> fields, string field)
    {
        if (!fields.TryGetValue("mode", out var node) || node is YamlScalar { Type: YamlType.Null })
            return SecretFile.DefaultMode;
        if (!FilePermissions.TryRead(node, out var mode))
            faults.Add($"{field}.mode", $"is {(node is YamlScalar scalar ? $"'{Words.Clip(scalar.Text)}'" : node.Kind)}, {FilePermissions.Expected}");
        return mode;
    }

    private ImmutableArray<(string Name, string Key)> Files(Dictionary<string, YamlNode> fields, string field)
    {
        switch (fields.GetValueOrDefault("files"))
        {
            case null:
                return [];
            case YamlMapping map when map.Entries.All(entry => entry.Value is YamlScalar { Type: not YamlType.Null }):
                return [.. map.Entries.Select(entry => (entry.Key.Text, ((YamlScalar)entry.Value).Text))];
            default:
                faults.Add($"{field}.files", "cannot be read, expected file names, each with a key: {user: username, password: /db/password}");
                return [];
        }
    }

    private bool IsTrue(Dictionary<string, YamlNode> fields, string name, string field)
    {
        switch ((fields.GetValueOrDefault(name) as YamlScalar)?.Text)
        {
            case "true" or "True" or "TRUE":
                return true;
            case null when !fields.ContainsKey(name):
            case "false" or "False" or "FALSE":
                return false;
            default:
                faults.Add($"{field}.{name}", "is neither true nor false");
                return false;
        }
    }

    private string Text(Dictionary<string, YamlNode> fields, string name, string field)
    {
        switch (fields.GetValueOrDefault(name))
        {
            case null or YamlScalar { Type: YamlType.Null }:
                return "";
            case YamlScalar scalar:
                return scalar.Text;
            case var other:
                faults.Add($"{field}.{name}", $"is {other.Kind}, expected a text");
                return "";
        }
    }
}
