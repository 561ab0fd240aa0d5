using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorCsi.Grains.Providers.Plugins;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// Reads <c>parameters.objects</c>, a YAML list. What the plugin's YAML reader lets pass, passes: unknown keys, numbers and booleans where
/// texts are expected.
/// </summary>
internal sealed class VaultObjects(ParameterFaults faults)
{
    private const string Parameter = "objects";

    private readonly List<VaultObject> _objects = [];

    public ImmutableArray<VaultObject> Read(string? yaml)
    {
        ObjectList.Read(faults, Parameter, "{objectName, secretPath, secretKey}", yaml, ReadOne);
        return [.. _objects];
    }

    private void ReadOne(ObjectFields fields)
    {
        var field = fields.Field;
        var name = fields.Text("objectName");
        var path = fields.Text("secretPath");
        var method = fields.Text("method");
        var arguments = fields["secretArgs"] switch
        {
            null or YamlScalar { Type: YamlType.Null } => null,
            YamlMapping map => Json(map),
            var other => Fault($"{field}.secretArgs", $"is {other.Kind}, expected a mapping"),
        };
        var permission = fields.Mode("filePermission") ?? 0;
        var written = new VaultObject
        {
            Name = name,
            Read = new VaultRead(Method(method, field), Path(path, field), arguments),
            Key = fields.Text("secretKey"),
            Mode = permission == 0 ? SecretFile.DefaultMode : permission,
            Encoding = Encoding(fields.Text("encoding"), field),
            AllKeys = fields.IsTrue("allKeys"),
            Parts = Parts(fields),
            PluginJson = PluginJson(name, path, fields.Text("secretKey"), method, arguments, permission, fields.Text("encoding")),
        };
        Check(written, field);
        _objects.Add(written);
    }

    private void Check(VaultObject written, string field)
    {
        var several = written.AllKeys || !written.Parts.IsEmpty;
        if (several && (written.Key.Length > 0 || (written.AllKeys && !written.Parts.IsEmpty)))
            faults.Add(field, "has more than one of secretKey, allKeys and files, expected one");
        if ((!several || written.Name.Length > 0) && FilePath.BrokenRule(written.Name) is { } rule)
            faults.Add($"{field}.objectName", rule);
        foreach (var part in written.Parts)
            if (FilePath.BrokenRule(written.FileName(part.File)) is { } broken)
                faults.Add($"{field}.files", $"'{Words.Clip(part.File)}' {broken}");
        if (written.Name.Length > 0 && _objects.FindIndex(other => other.Name == written.Name) is >= 0 and var first)
            faults.Add($"{field}.objectName", $"is '{Words.Clip(written.Name)}' as {Parameter}[{first}].objectName is, expected each name once");
    }

    private string Method(string method, string field)
    {
        switch (method.ToUpperInvariant())
        {
            case "":
                return "GET";
            case "GET" or "LIST" or "PUT" or "POST":
                return method.ToUpperInvariant();
            default:
                faults.Add($"{field}.method", $"is '{Words.Clip(method)}', expected GET, LIST, PUT or POST");
                return "GET";
        }
    }

    /// <summary><c>/v1/x</c>, <c>v1/x</c>, <c>/x</c> and <c>x</c> are the same, so are <c>x/y</c>, <c>x//y</c> and <c>x/y/</c>; what follows '?' is a query.</summary>
    private string Path(string written, string field)
    {
        if (written.Length == 0)
            return Fault($"{field}.secretPath", "is missing") ?? "v1/";
        var (path, query) = written.Split('?', 2) is [var before, var after] ? (before, after) : (written, null);
        path = path.TrimStart('/');
        path = path.StartsWith("v1/", StringComparison.Ordinal) ? path["v1/".Length..] : path;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        if (parts.Length == 0 || parts.Any(part => part is "." or ".." || part.Any(char.IsControl)) || path.Contains('#') || path.Contains('\\'))
            faults.Add($"{field}.secretPath", $"is '{Words.Clip(written)}', expected a path such as kv/data/shop?version=2, without '.', '..', '#' and '\\' parts");
        return $"v1/{string.Join('/', parts.Select(Uri.EscapeDataString))}{(query is null ? "" : "?" + Query(query))}";
    }

    private static string Query(string query) => string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => string.Join('=', pair.Split('=', 2).Select(part => Uri.EscapeDataString(Uri.UnescapeDataString(part.Replace('+', ' ')))))));

    private VaultEncoding Encoding(string encoding, string field)
    {
        switch (encoding.ToUpperInvariant())
        {
            case "" or "UTF-8":
                return VaultEncoding.Utf8;
            case "BASE64":
                return VaultEncoding.Base64;
            case "HEX":
                return VaultEncoding.Hex;
            default:
                faults.Add($"{field}.encoding", $"is '{Words.Clip(encoding)}', expected utf-8, base64 or hex");
                return VaultEncoding.Utf8;
        }
    }

    private ImmutableArray<VaultPart> Parts(ObjectFields fields)
    {
        switch (fields["files"])
        {
            case null:
                return [];
            case YamlMapping map when map.Entries.All(entry => Keys(entry.Value) is { IsEmpty: false }):
                return [.. map.Entries.Select(entry => new VaultPart(entry.Key.Text, Keys(entry.Value)))];
            default:
                faults.Add($"{fields.Field}.files", "cannot be read, expected file names, each with a key or a list of keys: {tls.crt: [certificate, ca_chain]}");
                return [];
        }
    }

    private static ImmutableArray<string> Keys(YamlNode node) => node switch
    {
        YamlScalar { Type: not YamlType.Null } one => [one.Text],
        YamlSequence list when list.Items.All(item => item is YamlScalar { Type: not YamlType.Null }) => [.. list.Items.Select(item => ((YamlScalar)item).Text)],
        _ => [],
    };

    private string? Fault(string field, string fault)
    {
        faults.Add(field, fault);
        return null;
    }

    /// <summary>secretArgs as the plugin sends them: keys sorted, scalars as YAML 1.2 types them.</summary>
    private static string Json(YamlMapping map)
    {
        var json = new StringBuilder();
        Append(json, map);
        return json.ToString();
    }

    private static void Append(StringBuilder json, YamlNode node)
    {
        switch (node)
        {
            case YamlMapping map:
                GoJson.AppendObject(json, map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, entry.Value)), Append);
                break;
            case YamlSequence list:
                GoJson.AppendArray(json, list.Items, Append);
                break;
            case YamlScalar { Type: YamlType.Null }:
                json.Append("null");
                break;
            case YamlScalar { Type: YamlType.Boolean, Text: ['t' or 'T', 'r' or 'R', ..] }:
                json.Append("true");
                break;
            case YamlScalar { Type: YamlType.Boolean, Text: ['f' or 'F', ..] }:
                json.Append("false");
                break;
            case YamlScalar { Type: YamlType.Number } number when YamlNumbers.Decimal(number.Text) is { } digits:
                json.Append(digits);
                break;
            case YamlScalar scalar: // yes, no, on and off too: to the plugin's reader they are texts
                GoJson.AppendString(json, scalar.Text);
                break;
        }
    }

    /// <summary>Go's JSON of the plugin's own struct, field for field: versions are made of it, and an unchanged secret shall keep its version when a cluster moves over.</summary>
    private static string PluginJson(string name, string path, string key, string method, string? arguments, int permission, string encoding)
    {
        var json = new StringBuilder();
        AppendField("{", "ObjectName", name);
        AppendField(",", "SecretPath", path);
        AppendField(",", "SecretKey", key);
        AppendField(",", "Method", method);
        json.Append(",\"SecretArgs\":").Append(arguments ?? "null");
        json.Append(CultureInfo.InvariantCulture, $",\"FilePermission\":{permission}");
        AppendField(",", "Encoding", encoding);
        return json.Append('}').ToString();

        void AppendField(string before, string field, string value)
        {
            json.Append(before).Append('"').Append(field).Append("\":");
            GoJson.AppendString(json, value);
        }
    }
}
