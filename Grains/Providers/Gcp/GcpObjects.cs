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

    private readonly List<GcpObject> _objects = [];
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    public ImmutableArray<GcpObject> Read(string? yaml)
    {
        ObjectList.Read(faults, Parameter, "{resourceName, path}", yaml, ReadOne);
        return [.. _objects];
    }

    private void ReadOne(ObjectFields fields)
    {
        var field = fields.Field;
        var (json, yaml) = (fields.Text("extractJSONKey"), fields.Text("extractYAMLKey"));
        if (json.Length > 0 && yaml.Length > 0)
            faults.Add(field, "has both extractJSONKey and extractYAMLKey, expected one");
        var written = new GcpObject
        {
            Resource = Resource(fields.Text("resourceName"), field),
            Path = fields.Text("path") is { Length: > 0 } path ? path : fields.Text("fileName"),
            Mode = fields.Mode("mode") ?? SecretFile.DefaultMode,
            Key = json.Length > 0 ? json : yaml,
            IsYaml = yaml.Length > 0,
            IsBase64 = fields.IsTrue("decodeBase64"),
            AllKeys = fields.IsTrue("allKeys"),
            Files = Files(fields),
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

    private ImmutableArray<(string Name, string Key)> Files(ObjectFields fields)
    {
        switch (fields["files"])
        {
            case null:
                return [];
            case YamlMapping map when map.Entries.All(entry => entry.Value is YamlScalar { Type: not YamlType.Null }):
                return [.. map.Entries.Select(entry => (entry.Key.Text, ((YamlScalar)entry.Value).Text))];
            default:
                faults.Add($"{fields.Field}.files", "cannot be read, expected file names, each with a key: {user: username, password: /db/password}");
                return [];
        }
    }
}
