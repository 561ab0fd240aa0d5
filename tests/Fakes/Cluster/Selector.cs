using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Cluster;

/// <summary>A field selector or label selector: requirements joined by commas.</summary>
internal static class Selector
{
    public static Func<JsonObject, bool> Parse(string? fields, string? labels)
    {
        var requirements = Requirements(fields, Field).Concat(Requirements(labels, Label)).ToList();
        return item => requirements.TrueForAll(holds => holds(item));
    }

    /// <summary>The name that a field selector asks for; empty when it asks for none.</summary>
    public static string Name(string? fields)
        => (fields ?? "").Split(',').FirstOrDefault(part => part.StartsWith("metadata.name=", StringComparison.Ordinal))?["metadata.name=".Length..].TrimStart('=') ?? "";

    private static IEnumerable<Func<JsonObject, bool>> Requirements(string? text, Func<JsonObject, string, string?> look)
    {
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            yield return part.Split("!=") is [var unwanted, var not] ? item => look(item, unwanted) != not
                : part.Replace("==", "=", StringComparison.Ordinal).Split('=', 2) is [var key, var value] ? item => look(item, key) == value
                : item => look(item, part) is not null;
    }

    private static string? Field(JsonObject item, string path)
        => path.Split('.').Aggregate((JsonNode?)item, (node, name) => (node as JsonObject)?[name])?.ToString() ?? "";

    private static string? Label(JsonObject item, string key) => item["metadata"]?["labels"]?[key]?.ToString();
}
