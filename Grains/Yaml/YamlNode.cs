using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Yaml;

/// <summary>A node of a YAML document and where it stands; line and column count from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What the node is, for "found …, expected …". Never its text, which may be secret.</summary>
    public abstract string Kind { get; }
}

/// <summary>A list.</summary>
internal sealed record YamlSequence(int Line, int Column, ImmutableArray<YamlNode> Items) : YamlNode(Line, Column)
{
    public override string Kind => "a list";
}

/// <summary>A mapping. No key stands there twice.</summary>
internal sealed record YamlMapping(int Line, int Column, ImmutableArray<YamlEntry> Entries) : YamlNode(Line, Column)
{
    public override string Kind => "a mapping";
}

/// <summary>One key of a mapping and what stands under it.</summary>
internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

/// <summary>A single value.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Column">Where it stands.</param>
/// <param name="Text">The text without quotes.</param>
/// <param name="Type">What a YAML 1.1 reader such as kubectl takes it for.</param>
internal sealed record YamlScalar(int Line, int Column, string Text, YamlType Type) : YamlNode(Line, Column)
{
    public bool IsText => Type is YamlType.Text;

    public override string Kind => Type switch
    {
        YamlType.Text => "a text",
        YamlType.Null => "nothing",
        YamlType.Boolean => "a boolean",
        YamlType.Number => "a number",
        _ => "a value with a tag of its own",
    };
}

/// <summary>What a YAML 1.1 reader takes a value for.</summary>
internal enum YamlType
{
    Text,
    Null,
    Boolean,
    Number,
    Tagged,
}

/// <summary>
/// YAML 1.1's rules for values without quotes, as Go's YAML packages (and so kubectl) apply them: <c>yes</c> and <c>0600</c> are no texts.
/// Timestamps are texts there, and here.
/// </summary>
internal static partial class YamlTypes
{
    public static YamlType OfPlain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => YamlType.Null,
        "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "true" or "True" or "TRUE" => YamlType.Boolean,
        "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "false" or "False" or "FALSE" => YamlType.Boolean,
        _ => Number().IsMatch(text) ? YamlType.Number : YamlType.Text,
    };

    [GeneratedRegex(@"^[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))\z|^\.(nan|NaN|NAN)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
