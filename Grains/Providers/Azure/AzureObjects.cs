using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// Reads <c>parameters.objects</c>: YAML with one key, <c>array</c>, a list of texts each of which is YAML again. As in the plugin, values are trimmed, unknown
/// keys passed over, and numbers taken for the text that stands there. An entry may also be written without the text around it.
/// </summary>
internal sealed class AzureObjects(ParameterFaults faults)
{
    private const string Parameter = "objects";
    private const string Entry = "{objectName, objectType}";
    private const int Most = 256;
    private const int LongestName = 127;

    private readonly List<AzureObject> _objects = [];

    public ImmutableArray<AzureObject> Read(string yaml)
    {
        if (ReadYaml(yaml, Parameter) is not { } root)
            return [];
        var array = (root as YamlMapping)?.Entries.FirstOrDefault(entry => entry.Key.Text == "array").Value;
        if (array is not YamlSequence { Items: { IsEmpty: false, Length: <= Most } items })
        {
            faults.Add(Parameter, $"has no list 'array' of 1 to {Most} entries, each a text (- |) with {Entry}");
            return [];
        }
        for (var i = 0; i < items.Length; i++)
            if (ReadEntry(items[i], $"{Parameter}.array[{i}]") is { } read)
                Add(read, $"{Parameter}.array[{i}]");
        return [.. _objects];
    }

    private YamlNode? ReadYaml(string yaml, string field)
    {
        try
        {
            if (YamlReader.Read(yaml) is [var root, ..])
                return root;
            faults.Add(field, "is empty");
        }
        catch (YamlFault fault)
        {
            faults.Add(field, $"cannot be read as YAML, line {fault.Line}: {fault.Message}");
        }
        return null;
    }

    private AzureObject? ReadEntry(YamlNode node, string field)
    {
        var entry = node is YamlScalar { IsText: true } text ? ReadYaml(text.Text, field) : node;
        if (entry is YamlMapping mapping)
            return ReadOne(mapping.Entries.ToDictionary(one => one.Key.Text, one => one.Value, StringComparer.Ordinal), field);
        if (entry is not null)
            faults.Add(field, $"is {entry.Kind}, expected {Entry}");
        return null;
    }

    private AzureObject ReadOne(Dictionary<string, YamlNode> fields, string field)
    {
        var kind = Kind(Text(fields, "objectType", field), field);
        var name = Name(Text(fields, "objectName", field), field);
        var alias = Text(fields, "objectAlias", field);
        return new AzureObject
        {
            Read = new KeyVaultRead(kind ?? KeyVaultKind.Secret, name, Version(Text(fields, "objectVersion", field), field)),
            Path = Path(alias.Length > 0 ? alias : name, alias.Length > 0, field),
            History = History(Text(fields, "objectVersionHistory", field), field),
            IsPfx = IsPfx(Text(fields, "objectFormat", field), kind, field),
            Encoding = Encoding(Text(fields, "objectEncoding", field), kind, field),
            Mode = Mode(Text(fields, "filePermission", field), field),
        };
    }

    private void Add(AzureObject read, string field)
    {
        if (_objects.FindIndex(other => other.Path == read.Path) is >= 0 and var first)
            faults.Add(field, $"makes the file '{Words.Clip(read.Path)}' as {Parameter}.array[{first}] does: give one of them another objectAlias");
        _objects.Add(read);
    }

    private KeyVaultKind? Kind(string type, string field)
    {
        var kind = KeyVaultKind.Find(type);
        if (kind is null)
            faults.Add($"{field}.objectType", $"is '{Words.Clip(type)}', expected secret, key or cert");
        return kind;
    }

    private string Name(string name, string field)
    {
        if (name.Length == 0)
            faults.Add($"{field}.objectName", "is missing");
        else if (name.Length > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            faults.Add($"{field}.objectName", $"is '{Words.Clip(name)}', expected 1 to {LongestName} letters, digits and '-': only such names are in vaults. A file name goes into objectAlias");
        return name;
    }

    /// <summary>The plugin sends <c>latest</c> as it is where no history is asked for, and fails.</summary>
    private string Version(string version, string field)
    {
        if (!version.All(char.IsAsciiLetterOrDigit))
            faults.Add($"{field}.objectVersion", $"is '{Words.Clip(version)}', expected the 32 hexadecimal digits of a version");
        return version == "latest" ? "" : version;
    }

    private string Path(string path, bool isAlias, string field)
    {
        if (isAlias && FilePath.BrokenRule(path) is { } rule)
            faults.Add($"{field}.objectAlias", rule);
        return path;
    }

    private int History(string text, string field)
    {
        var history = 0;
        if (text.Length > 0 && !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out history))
            faults.Add($"{field}.objectVersionHistory", $"is '{Words.Clip(text)}', expected a number of versions");
        return history;
    }

    /// <summary>Only the lower-case spelling is refused for keys and certificates, as in the plugin: a class that works there must work here.</summary>
    private bool IsPfx(string format, KeyVaultKind? kind, string field)
    {
        switch (format.ToUpperInvariant())
        {
            case "" or "PEM":
                return false;
            case "PFX":
                if (format == "pfx" && kind is not null && kind != KeyVaultKind.Secret)
                    faults.Add($"{field}.objectFormat", $"is pfx, which is for objectType secret only: a {kind.Word} is always PEM");
                return true;
            default:
                faults.Add($"{field}.objectFormat", $"is '{Words.Clip(format)}', expected pem or pfx");
                return false;
        }
    }

    private AzureEncoding Encoding(string encoding, KeyVaultKind? kind, string field)
    {
        if (encoding.Length > 0 && kind is not null && kind != KeyVaultKind.Secret)
            faults.Add($"{field}.objectEncoding", $"is for objectType secret only: a {kind.Word} is always PEM");
        switch (encoding.ToUpperInvariant())
        {
            case "" or "UTF-8":
                return AzureEncoding.Utf8;
            case "BASE64":
                return AzureEncoding.Base64;
            case "HEX":
                return AzureEncoding.Hex;
            default:
                faults.Add($"{field}.objectEncoding", $"is '{Words.Clip(encoding)}', expected utf-8, base64 or hex");
                return AzureEncoding.Utf8;
        }
    }

    /// <summary>Octal, with or without quotes: the plugin reads the text that stands there, so that 420 without quotes is 0420, not 0644.</summary>
    private int Mode(string text, string field)
    {
        if (text.Length == 0)
            return SecretFile.DefaultMode;
        if (!FilePermissions.TryReadText(text, out var mode))
            faults.Add($"{field}.filePermission", $"is '{Words.Clip(text)}', {FilePermissions.Expected}");
        return mode;
    }

    private string Text(Dictionary<string, YamlNode> fields, string name, string field)
    {
        switch (fields.GetValueOrDefault(name))
        {
            case null or YamlScalar { Type: YamlType.Null }:
                return "";
            case YamlScalar scalar:
                return scalar.Text.Trim();
            case var other:
                faults.Add($"{field}.{name}", $"is {other.Kind}, expected a text");
                return "";
        }
    }
}
