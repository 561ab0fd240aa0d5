using System.Text;
using ActorCsi.Grains.Providers.Plugins;

namespace ActorCsi.Grains.Yaml;

/// <summary>
/// Writes nodes as one line of YAML that reads as the same nodes: texts in quotes, everything else as it was written, so that <c>0400</c> stays what it is to whoever
/// reads it next.
/// </summary>
internal static class YamlText
{
    /// <summary>The text of <paramref name="node"/>: of a single value the value itself, of a list or a mapping YAML.</summary>
    public static string Of(YamlNode node)
    {
        if (node is YamlScalar scalar)
            return scalar.Type is YamlType.Null ? "" : scalar.Text;
        var yaml = new StringBuilder();
        Append(yaml, node);
        return yaml.ToString();
    }

    private static void Append(StringBuilder yaml, YamlNode node)
    {
        switch (node)
        {
            case YamlSequence list:
                GoJson.AppendArray(yaml, list.Items, Append);
                break;
            case YamlMapping map:
                GoJson.AppendObject(yaml, map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, entry.Value)), Append);
                break;
            case YamlScalar { Type: YamlType.Null }:
                yaml.Append("null");
                break;
            case YamlScalar { Type: YamlType.Boolean or YamlType.Number } scalar:
                yaml.Append(scalar.Text);
                break;
            case YamlScalar scalar:
                GoJson.AppendString(yaml, scalar.Text);
                break;
        }
    }
}
