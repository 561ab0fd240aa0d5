using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers;

/// <summary>A parameter that is a YAML list of objects.</summary>
internal static class ObjectList
{
    private const int Most = 256;

    /// <summary>
    /// The list as the plugins of Vault and Google have it. What their YAML readers let pass, passes: unknown keys, numbers and booleans where texts are expected.
    /// </summary>
    /// <inheritdoc cref="Read(ParameterFaults, string, int, string, string?, Action{YamlMapping, string})"/>
    public static void Read(ParameterFaults faults, string parameter, string expected, string? yaml, Action<ObjectFields> read)
        => Read(faults, parameter, Most, expected, yaml, (mapping, field) => read(new ObjectFields(faults, mapping, field)));

    /// <summary>Shows each entry to <paramref name="read"/>, in order.</summary>
    /// <param name="faults">Where faults are collected.</param>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="most">How many entries there may be.</param>
    /// <param name="expected">An entry's main keys, for messages: <c>{resourceName, path}</c>.</param>
    /// <param name="yaml">The parameter; null when the class has none.</param>
    /// <param name="read">Reads an entry; the text is its place: <c>objects[2]</c>.</param>
    public static void Read(ParameterFaults faults, string parameter, int most, string expected, string? yaml, Action<YamlMapping, string> read)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(yaml) || YamlReader.Read(yaml) is not [YamlSequence { Items: { IsEmpty: false } items }] || items.Length > most)
            {
                faults.Add(parameter, $"is not a YAML list of 1 to {most} entries {expected}");
                return;
            }
            for (var i = 0; i < items.Length; i++)
            {
                var field = $"{parameter}[{i}]";
                if (items[i] is YamlMapping mapping)
                    read(mapping, field);
                else
                    faults.Add(field, $"is {items[i].Kind}, expected {expected}");
            }
        }
        catch (YamlFault fault)
        {
            faults.Add(parameter, $"cannot be read as YAML, line {fault.Line}: {fault.Message}");
        }
    }
}

/// <summary>One entry of a list as plugins have it.</summary>
/// <param name="faults">Where faults are collected.</param>
/// <param name="mapping">The entry.</param>
/// <param name="place">Where it stands: <c>objects[2]</c>.</param>
internal sealed class ObjectFields(ParameterFaults faults, YamlMapping mapping, string place)
{
    private readonly Dictionary<string, YamlNode> _fields = mapping.Entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>Where the entry stands.</summary>
    public string Field => place;

    /// <summary>What stands at a key; null when there is none.</summary>
    public YamlNode? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>A text; empty when there is none.</summary>
    public string Text(string name)
    {
        switch (this[name])
        {
            case null or YamlScalar { Type: YamlType.Null }:
                return "";
            case YamlScalar scalar:
                return scalar.Text;
            case var other:
                faults.Add($"{place}.{name}", $"is {other.Kind}, expected a text");
                return "";
        }
    }

    /// <summary>Whether it says true; false when there is none.</summary>
    public bool IsTrue(string name)
    {
        switch ((this[name] as YamlScalar)?.Text)
        {
            case "true" or "True" or "TRUE":
                return true;
            case null when !_fields.ContainsKey(name):
            case "false" or "False" or "FALSE":
                return false;
            default:
                faults.Add($"{place}.{name}", "is neither true nor false");
                return false;
        }
    }

    /// <summary>Permission bits; null when there are none.</summary>
    public int? Mode(string name)
    {
        if (this[name] is not { } node || node is YamlScalar { Type: YamlType.Null })
            return null;
        if (!FilePermissions.TryRead(node, out var mode))
            faults.Add($"{place}.{name}", $"is {(node is YamlScalar scalar ? $"'{Words.Clip(scalar.Text)}'" : node.Kind)}, {FilePermissions.Expected}");
        return mode;
    }
}
