using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ActorCsi.Grains.Yaml;

/// <summary>
/// Reads YAML (and JSON, which is YAML) into nodes that know their line. Built on the parser's events alone: nothing is looked up by
/// reflection, and neither depth nor size is the writer's to choose.
/// </summary>
internal static class YamlReader
{
    private const int DeepestNesting = 32;
    private const int MostNodes = 100_000;

    /// <summary>The documents of <paramref name="text"/>; empty ones are left out.</summary>
    /// <exception cref="YamlFault">The text is no YAML, or of a kind that is not taken here; says where.</exception>
    public static IReadOnlyList<YamlNode> Read(string text)
    {
        try
        {
            return new Reader(new Parser(new StringReader(text))).ReadStream();
        }
        catch (YamlException e)
        {
            throw new YamlFault((int)e.Start.Line, (int)e.Start.Column, WithoutPosition(e.Message));
        }
        catch (Exception e) when (e is not YamlFault) // the parser stumbles over some input in ways of its own
        {
            throw new YamlFault(1, 1, $"is no YAML that can be read ({e.GetType().Name})");
        }
    }

    /// <summary>The parser's messages end in nothing useful and may begin with a position, which the fault tells better.</summary>
    private static string WithoutPosition(string message)
    {
        var words = message.StartsWith('(') && message.IndexOf("): ", StringComparison.Ordinal) is > 0 and var end ? message[(end + 3)..] : message;
        return words.TrimEnd('.', ' ');
    }

    private sealed class Reader(Parser parser)
    {
        private readonly Dictionary<AnchorName, YamlNode> _anchors = [];
        private int _nodes;

        public List<YamlNode> ReadStream()
        {
            var documents = new List<YamlNode>();
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                _anchors.Clear();
                var root = ReadNode(depth: 0);
                if (root is not YamlScalar { Type: YamlType.Null })
                    documents.Add(root);
                parser.Consume<DocumentEnd>();
            }
            parser.Consume<StreamEnd>();
            return documents;
        }

        private YamlNode ReadNode(int depth)
        {
            var next = parser.Consume<ParsingEvent>();
            var (line, column) = ((int)next.Start.Line, (int)next.Start.Column);
            if (depth > DeepestNesting)
                throw new YamlFault(line, column, $"is nested more than {DeepestNesting} levels deep");
            if (++_nodes > MostNodes)
                throw new YamlFault(line, column, $"has more than {MostNodes} values");

            return next switch
            {
                AnchorAlias alias => _anchors.GetValueOrDefault(alias.Value) ?? throw new YamlFault(line, column, $"the alias *{alias.Value} stands for nothing that ended before it"),
                Scalar scalar => Anchored(scalar, new YamlScalar(line, column, scalar.Value, TypeOf(scalar))),
                SequenceStart start => Anchored(start, new YamlSequence(line, column, ReadItems(depth))),
                MappingStart start => Anchored(start, new YamlMapping(line, column, ReadEntries(depth))),
                _ => throw new YamlFault(line, column, "a value was expected here"),
            };
        }

        private ImmutableArray<YamlNode> ReadItems(int depth)
        {
            var items = ImmutableArray.CreateBuilder<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(ReadNode(depth + 1));
            return items.ToImmutable();
        }

        private ImmutableArray<YamlEntry> ReadEntries(int depth)
        {
            var entries = ImmutableArray.CreateBuilder<YamlEntry>();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var node = ReadNode(depth + 1);
                if (node is not YamlScalar key)
                    throw new YamlFault(node.Line, node.Column, $"{node.Kind} cannot be a key here");
                if (key is { Text: "<<", Type: YamlType.Text })
                    throw new YamlFault(key.Line, key.Column, "merge keys (<<) are not taken: write the entries out");
                if (!keys.Add(key.Text))
                    throw new YamlFault(key.Line, key.Column, $"the key '{Words.Clip(key.Text)}' stands there twice");
                entries.Add(new YamlEntry(key, ReadNode(depth + 1)));
            }
            return entries.ToImmutable();
        }

        private YamlNode Anchored(NodeEvent start, YamlNode node)
        {
            if (!start.Anchor.IsEmpty)
                _anchors[start.Anchor] = node;
            return node;
        }

        private static YamlType TypeOf(Scalar scalar)
        {
            if (scalar.Tag.IsEmpty)
                return scalar.Style is ScalarStyle.Plain ? YamlTypes.OfPlain(scalar.Value) : YamlType.Text;
            return scalar.Tag.IsNonSpecific || scalar.Tag.Value == "tag:yaml.org,2002:str" ? YamlType.Text : YamlType.Tagged;
        }
    }
}

/// <summary>Text that is no YAML, or of a kind that is not taken. The message says what, and never quotes a value.</summary>
internal sealed class YamlFault(int line, int column, string message) : FormatException(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
