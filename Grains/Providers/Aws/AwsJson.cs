using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>JSON of answers.</summary>
internal static class AwsJson
{
    /// <summary>A text that is not empty; else null.</summary>
    public static string? Text(JsonElement from, string name)
        => from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>The items of a list; none when there is no list.</summary>
    public static IEnumerable<JsonElement> List(JsonElement from, string name)
        => from.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray() : [];

    /// <summary>An object with those properties.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> properties)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A text that may be secret: its bytes are never made a string, which could not be erased.</summary>
    public static Secret SecretText(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        var buffer = new byte[raw.Length];
        try
        {
            return new Secret(buffer[..reader.CopyString(buffer)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
