using System.Collections.Immutable;
using ActorCsi.Grains.JmesPath;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// Reads <c>parameters.objects</c>, a YAML list, as the plugin's reader does: by way of JSON, whose keys it takes in upper and lower case, and where a number without
/// quotes is a number first and then its decimal digits (<c>0600</c> is "384"). Unknown keys are passed over.
/// </summary>
internal sealed class AwsObjects(ParameterFaults faults, string? slash)
{
    private const string Parameter = "objects";
    private const int Most = 512;

    private readonly List<AwsObject> _objects = [];
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    public ImmutableArray<AwsObject> Read(string? yaml)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(yaml) || YamlReader.Read(yaml) is not [YamlSequence { Items: { IsEmpty: false, Length: <= Most } items }])
            {
                faults.Add(Parameter, $"is not a YAML list of 1 to {Most} entries {{objectName, objectType}}");
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
            faults.Add(field, $"is {node.Kind}, expected {{objectName, objectType}}");
            return;
        }
        var entry = new Entry(mapping, field, faults);
        var (name, alias) = (entry.Text("objectName"), entry.Text("objectAlias"));
        if (name.Length == 0)
            faults.Add($"{field}.objectName", "is missing");
        var store = Store(name, entry.Text("objectType"), field);
        var read = Checked(new AwsRead(store, name, entry.Text("objectVersion"), entry.Text("objectVersionLabel")), field);
        var mode = Mode(entry, SecretFile.DefaultMode);
        var allKeys = IsTrue(entry, "allKeys");
        var parts = Parts(entry, mode);
        if (allKeys && !parts.IsEmpty)
            faults.Add(field, "has both jmesPath and allKeys, expected one");
        _objects.Add(new AwsObject
        {
            Read = read,
            FailoverRead = Failover(entry, read, alias),
            FileName = FileName(alias.Length > 0 ? alias : name, $"{field}.{(alias.Length > 0 ? "objectAlias" : "objectName")}"),
            Mode = mode,
            Parts = parts,
            AllKeys = allKeys,
        });
    }

    /// <summary>The service of an ARN says where it is; otherwise objectType must.</summary>
    private AwsStore Store(string name, string type, string field)
    {
        AwsStore? told = type switch
        {
            "secretsmanager" => AwsStore.SecretsManager,
            "ssmparameter" => AwsStore.ParameterStore,
            _ => null,
        };
        if (type.Length > 0 && told is null)
            faults.Add($"{field}.objectType", $"is '{Words.Clip(type)}', expected secretsmanager or ssmparameter");
        else if (type.Length == 0 && !AwsArn.IsMeant(name))
            faults.Add($"{field}.objectType", "is missing: expected secretsmanager or ssmparameter, unless objectName is a whole ARN");
        return told ?? StoreOf(AwsArn.Read(name)) ?? AwsStore.SecretsManager;
    }

    private static AwsStore? StoreOf(AwsArn? arn) => arn?.Service switch
    {
        AwsEndpoints.SecretsManager => AwsStore.SecretsManager,
        AwsEndpoints.Ssm => AwsStore.ParameterStore,
        _ => null,
    };

    private AwsRead Checked(AwsRead read, string field)
    {
        if (AwsArn.IsMeant(read.Name) && StoreOf(AwsArn.Read(read.Name)) is var named && named != read.Store)
            faults.Add($"{field}.objectName", $"is '{Words.Clip(read.Name)}', expected an ARN of {(named is null ? "secretsmanager or ssm" : "the service that objectType names")}");
        if (read is { Store: AwsStore.ParameterStore, Version.Length: > 0, Label.Length: > 0 })
            faults.Add(field, "has both objectVersion and objectVersionLabel: expected one for a parameter");
        return read;
    }

    private AwsRead Failover(Entry entry, AwsRead primary, string alias)
    {
        if (entry.Mapping("failoverObject") is not { } other)
            return primary;
        var (name, version, label) = (other.Text("objectName"), other.Text("objectVersion"), other.Text("objectVersionLabel"));
        if (name.Length > 0)
        {
            if (alias.Length == 0)
                faults.Add($"{entry.Field}.objectAlias", "is missing: an object with a failoverObject needs one");
            if (version != primary.Version)
                faults.Add($"{other.Field}.objectVersion", "differs from the object's own objectVersion, expected the same");
        }
        return Checked(new AwsRead(primary.Store, Or(name, primary.Name), Or(version, primary.Version), Or(label, primary.Label)), other.Field);
    }

    private static string Or(string one, string other) => one.Length > 0 ? one : other;

    private ImmutableArray<AwsPart> Parts(Entry entry, int mode)
    {
        var parts = ImmutableArray.CreateBuilder<AwsPart>();
        foreach (var part in entry.List("jmesPath"))
        {
            var (path, alias) = (part.Text("path"), part.Text("objectAlias"));
            if (path.Length == 0 || alias.Length == 0)
                faults.Add(part.Field, "is not whole, expected path and objectAlias");
            else if (Expression(path, part) is { } expression)
                parts.Add(new AwsPart(expression, path, FileName(alias, $"{part.Field}.objectAlias"), Mode(part, mode)));
        }
        return parts.ToImmutable();
    }

    private JmesExpression? Expression(string path, Entry part)
    {
        try
        {
            return JmesExpression.Parse(path);
        }
        catch (JmesFault fault)
        {
            faults.Add($"{part.Field}.path", $"is no JMESPath: {fault.Message} (a name with a hyphen must be in double quotes)");
            return null;
        }
    }

    private string FileName(string name, string field)
    {
        var file = slash is null ? name.TrimStart('/') : name.Replace("/", slash, StringComparison.Ordinal);
        if (name.Length > 0 && FilePath.BrokenRule(file) is { } rule)
            faults.Add(field, rule);
        else if (name.Length > 0 && !_files.Add(file))
            faults.Add(field, $"makes a file '{Words.Clip(file)}' a second time: give one of the two another objectAlias");
        return file;
    }

    private int Mode(Entry entry, int otherwise)
    {
        var text = entry.Text("filePermission");
        if (text.Length == 0)
            return otherwise;
        if (text.Length == 4 && text.All(digit => digit is >= '0' and <= '7'))
            return Convert.ToInt32(text, 8) & 0x1FF; // 0777: the plugin drops what is above, too
        faults.Add($"{entry.Field}.filePermission", $"is '{Words.Clip(text)}', expected four octal digits in quotes, such as \"0600\"");
        return otherwise;
    }

    private bool IsTrue(Entry entry, string name)
    {
        var text = entry.Text(name);
        if (text.Length == 0)
            return false;
        if (GoBoolean.Parse(text) is { } value)
            return value;
        faults.Add($"{entry.Field}.{name}", "is neither true nor false");
        return false;
    }

    /// <summary>A mapping whose keys are found in upper and lower case; one that is written exactly so comes first.</summary>
    private sealed class Entry(YamlMapping mapping, string place, ParameterFaults faults)
    {
        /// <summary>Where it stands, for messages.</summary>
        public string Field => place;

        public string Text(string name)
        {
            switch (Find(name))
            {
                case null or YamlScalar { Type: YamlType.Null }:
                    return "";
                case YamlScalar { Type: YamlType.Number } number when YamlNumbers.Decimal(number.Text) is { } digits:
                    return digits;
                case YamlScalar { Type: YamlType.Boolean } boolean:
                    return boolean.Text[0] is 't' or 'T' or 'y' or 'Y' || boolean.Text.Equals("on", StringComparison.OrdinalIgnoreCase) ? "true" : "false";
                case YamlScalar scalar:
                    return scalar.Text;
                case var other:
                    faults.Add($"{place}.{name}", $"is {other.Kind}, expected a text");
                    return "";
            }
        }

        public Entry? Mapping(string name)
        {
            switch (Find(name))
            {
                case null or YamlScalar { Type: YamlType.Null }:
                    return null;
                case YamlMapping inner:
                    return new Entry(inner, $"{place}.{name}", faults);
                case var other:
                    faults.Add($"{place}.{name}", $"is {other.Kind}, expected a mapping");
                    return null;
            }
        }

        public IEnumerable<Entry> List(string name)
        {
            switch (Find(name))
            {
                case null or YamlScalar { Type: YamlType.Null }:
                    return [];
                case YamlSequence list when list.Items.All(item => item is YamlMapping):
                    return list.Items.Select((item, i) => new Entry((YamlMapping)item, $"{place}.{name}[{i}]", faults));
                default:
                    faults.Add($"{place}.{name}", "cannot be read, expected a list of {path, objectAlias}");
                    return [];
            }
        }

        private YamlNode? Find(string name)
            => mapping.Entries.FirstOrDefault(entry => entry.Key.Text == name) is { Key: not null } exact ? exact.Value
                : mapping.Entries.FirstOrDefault(entry => entry.Key.Text.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }
}
