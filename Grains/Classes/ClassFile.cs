using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Classes;

/// <summary>What stands in one file of SecretProviderClasses.</summary>
/// <param name="Classes">The classes and their lines; only to be used when there are no faults.</param>
/// <param name="Faults">What is wrong, all of it.</param>
/// <param name="PassedOver">What has no meaning here: unknown fields, which an API server would prune, and objects of other kinds.</param>
public sealed partial record ClassFile(
    ImmutableArray<(SecretProviderClass Class, int Line)> Classes,
    ImmutableArray<ClassFault> Faults,
    ImmutableArray<ClassFault> PassedOver)
{
    private const string Group = "secrets-store.csi.x-k8s.io/";
    private const string Kind = "SecretProviderClass";
    private const int LongestName = 253;

    /// <summary>
    /// Reads SecretProviderClasses of <c>v1</c> and <c>v1alpha1</c>, whose schema is the same: several documents, lists of kubectl, JSON.
    /// As strict as the API server is on types, and as lenient on unknown fields.
    /// </summary>
    public static ClassFile Read(string text)
    {
        var reader = new Reader();
        try
        {
            foreach (var document in YamlReader.Read(text))
                reader.ReadObject(document, "");
        }
        catch (YamlFault fault)
        {
            reader.Faults.Add(new ClassFault(fault.Line, "", fault.Message));
        }
        return new ClassFile([.. reader.Classes], [.. reader.Faults], [.. reader.PassedOver]);
    }

    /// <summary>RFC 1123: how Kubernetes names objects.</summary>
    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ObjectName();

    private sealed class Reader
    {
        public List<(SecretProviderClass Class, int Line)> Classes { get; } = [];

        public List<ClassFault> Faults { get; } = [];

        public List<ClassFault> PassedOver { get; } = [];

        public void ReadObject(YamlNode node, string path)
        {
            if (Fields.Of(node, path, this) is not { } fields)
                return;
            var kind = fields.Text("kind");
            var version = fields.Text("apiVersion");
            if (kind is null || version is null)
                fields.Missing(kind is null ? "kind" : "apiVersion");
            else if (kind is "List" or $"{Kind}List")
                foreach (var (item, at) in fields.List("items"))
                    ReadObject(item, at + ".");
            else if (kind != Kind)
                PassedOver.Add(new ClassFault(node.Line, $"{path}kind", $"is {Words.Clip(kind)}: only {Kind} is read"));
            else if (version is not ($"{Group}v1" or $"{Group}v1alpha1"))
                Faults.Add(new ClassFault(fields.Line("apiVersion"), $"{path}apiVersion", $"is '{Words.Clip(version)}', expected {Group}v1"));
            else
                ReadClass(fields);
        }

        private void ReadClass(Fields fields)
        {
            var faultsBefore = Faults.Count;
            var metadata = fields.Mapping("metadata");
            var name = metadata?.Name("name");
            var @namespace = metadata?.Name("namespace") ?? "default";
            if (metadata is null)
                fields.Missing("metadata");
            else if (name is null && Faults.Count == faultsBefore)
                metadata.Missing("name");

            var spec = fields.Mapping("spec");
            var provider = spec?.Text("provider") ?? "";
            var parameters = spec?.Texts("parameters") ?? StringMap.Empty;
            var secretObjects = spec?.List("secretObjects").Select(ReadSecretObject).ToImmutableArray() ?? [];
            spec?.PassOverTheRest();
            fields.Known("status");
            fields.PassOverTheRest();

            if (Faults.Count > faultsBefore)
                return;
            if (Classes.FirstOrDefault(other => other.Class.Name == name && other.Class.Namespace == @namespace) is { Line: > 0 } twin)
                Faults.Add(new ClassFault(fields.Here, fields.At("metadata.name"), $"is {@namespace}/{name}, as in line {twin.Line}, expected each class once"));
            else
                Classes.Add((new SecretProviderClass(@namespace, name!, provider, parameters, secretObjects), fields.Here));
        }

        private SecretObject ReadSecretObject((YamlNode Node, string Path) item)
        {
            if (Fields.Of(item.Node, item.Path + ".", this) is not { } fields)
                return new SecretObject("", "", StringMap.Empty, StringMap.Empty, []);
            var read = new SecretObject(
                fields.Text("secretName") ?? "",
                fields.Text("type") ?? "",
                fields.Texts("labels"),
                fields.Texts("annotations"),
                [.. fields.List("data").Select(ReadData)]);
            fields.PassOverTheRest();
            return read;
        }

        private SecretObjectData ReadData((YamlNode Node, string Path) item)
        {
            if (Fields.Of(item.Node, item.Path + ".", this) is not { } fields)
                return default;
            var read = new SecretObjectData(fields.Text("objectName") ?? "", fields.Text("key") ?? "");
            fields.PassOverTheRest();
            return read;
        }
    }

    /// <summary>The fields of one mapping. A field without a value is absent, as Kubernetes has it.</summary>
    private sealed class Fields
    {
        private readonly YamlMapping _mapping;
        private readonly string _path;
        private readonly Reader _reader;
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);

        private Fields(YamlMapping mapping, string path, Reader reader) => (_mapping, _path, _reader) = (mapping, path, reader);

        /// <summary>The fields of <paramref name="node"/>; null, and a fault, when it is no mapping.</summary>
        public static Fields? Of(YamlNode node, string path, Reader reader)
        {
            if (node is YamlMapping mapping)
                return new Fields(mapping, path, reader);
            reader.Faults.Add(new ClassFault(node.Line, path.TrimEnd('.'), $"is {node.Kind}, expected a mapping"));
            return null;
        }

        public int Here => _mapping.Line;

        public string At(string field) => _path + field;

        public int Line(string field) => _mapping.Entries.First(entry => entry.Key.Text == field).Key.Line;

        public void Known(string field) => _known.Add(field);

        public void Missing(string field) => _reader.Faults.Add(new ClassFault(Here, At(field), "is missing"));

        public Fields? Mapping(string field) => Find(field) is { } node ? Of(node, At(field) + ".", _reader) : null;

        public string? Text(string field) => Find(field) is { } node ? TextOf(node, At(field)) : null;

        public string? Name(string field)
        {
            var text = Text(field);
            if (text is null || (text.Length <= LongestName && ObjectName().IsMatch(text)))
                return text;
            Fault(Line(field), At(field), $"is '{Words.Clip(text)}', expected a name of lower-case letters, digits, '-' and '.'");
            return null;
        }

        /// <summary>A map of texts. A number is refused and not made a text: nobody would know which of its spellings was meant.</summary>
        public StringMap Texts(string field)
        {
            if (Mapping(field) is not { } fields)
                return StringMap.Empty;
            return new StringMap(fields._mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, TextOf(entry.Value, fields.At(Words.Clip(entry.Key.Text))) ?? "")));
        }

        public IEnumerable<(YamlNode Node, string Path)> List(string field)
        {
            switch (Find(field))
            {
                case null:
                    return [];
                case YamlSequence list:
                    return list.Items.Select((item, i) => (item, $"{At(field)}[{i}]"));
                case var node:
                    Fault(node.Line, At(field), $"is {node.Kind}, expected a list");
                    return [];
            }
        }

        public void PassOverTheRest()
        {
            foreach (var (key, _) in _mapping.Entries)
                if (!_known.Contains(key.Text))
                    _reader.PassedOver.Add(new ClassFault(key.Line, At(Words.Clip(key.Text)), "is no field of a SecretProviderClass"));
        }

        private YamlNode? Find(string field)
        {
            _known.Add(field);
            var node = _mapping.Entries.FirstOrDefault(entry => entry.Key.Text == field).Value;
            return node is YamlScalar { Type: YamlType.Null } ? null : node;
        }

        private string? TextOf(YamlNode node, string path)
        {
            if (node is YamlScalar { IsText: true } scalar)
                return scalar.Text;
            Fault(node.Line, path, $"is {node.Kind}, expected a text{(node is YamlScalar ? ": put it in quotes" : "")}");
            return null;
        }

        private void Fault(int line, string path, string what) => _reader.Faults.Add(new ClassFault(line, path, what));
    }
}
