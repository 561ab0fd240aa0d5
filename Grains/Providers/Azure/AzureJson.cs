using System.Text.Json;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Reads single values out of answers, which may be anything.</summary>
internal static class AzureJson
{
    public static string? Text(this JsonElement from, string name)
        => from.Field(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A number, or a text that is one: AD FS and the metadata services write times so.</summary>
    public static double? Number(this JsonElement from, string name) => from.Field(name) switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) => number,
        { ValueKind: JsonValueKind.String } value when double.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    public static JsonElement? Field(this JsonElement from, string name)
        => from.ValueKind is JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : null;
}
