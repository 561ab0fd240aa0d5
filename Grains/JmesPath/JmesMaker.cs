using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorCsi.Grains.JmesPath;

/// <summary>Makes the new values of one search, and keeps count: <c>[@, @] | [@, @] | …</c> would be twice as large at each step.</summary>
internal sealed class JmesMaker
{
    /// <summary>Dozens of copies of the longest secret, 64 KiB. In small pieces each byte costs some hundred nanoseconds.</summary>
    private const int MostBytes = 4 << 20;

    private static readonly JsonWriterOptions Plainly = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private int _left = MostBytes;

    public static JsonElement Null { get; } = JsonElement.Parse("null"u8);

    public static JsonElement True { get; } = JsonElement.Parse("true"u8);

    public static JsonElement False { get; } = JsonElement.Parse("false"u8);

    public static JsonElement Boolean(bool value) => value ? True : False;

    public JsonElement Text(string text) => Make(json => json.WriteStringValue(text));

    /// <summary>A number; null where there is none (the sum of numbers that are too large).</summary>
    public JsonElement Number(double number) => double.IsFinite(number) ? Make(json => json.WriteNumberValue(number)) : Null;

    public JsonElement Array(IEnumerable<JsonElement> items) => Make(json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            item.WriteTo(json);
            RefuseTooMuch(json.BytesCommitted + json.BytesPending);
        }
        json.WriteEndArray();
    });

    public JsonElement Object(IEnumerable<KeyValuePair<string, JsonElement>> entries) => Make(json =>
    {
        json.WriteStartObject();
        foreach (var (name, value) in entries)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
            RefuseTooMuch(json.BytesCommitted + json.BytesPending);
        }
        json.WriteEndObject();
    });

    private JsonElement Make(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plainly))
            write(json);
        RefuseTooMuch(buffer.WrittenCount);
        _left -= buffer.WrittenCount;
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private void RefuseTooMuch(long bytes)
    {
        if (bytes > _left)
            throw new JmesFault($"what it makes is larger than {MostBytes} bytes");
    }
}
