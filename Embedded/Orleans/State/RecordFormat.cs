using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>
/// A record as bytes: one line of JSON that says what follows, and what follows.
/// <code>{"format":1,"grain":"volume/csi-12ab","name":"volume","etag":"7","length":512,"sha256":"9f86…"}⏎ payload</code>
/// </summary>
internal static class RecordFormat
{
    private const int Version = 1;
    private const byte NewLine = (byte)'\n';

    public static void Write(Stream file, Record record)
    {
        var header = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Version);
            json.WriteString("grain", record.Grain.ToString());
            json.WriteString("name", record.Name);
            json.WriteString("etag", record.ETag);
            json.WriteNumber("length", record.Payload.Length);
            json.WriteString("sha256", Hash(record.Payload));
            json.WriteEndObject();
        }
        header.Write([NewLine]);
        file.Write(header.WrittenSpan);
        file.Write(record.Payload);
    }

    /// <exception cref="FormatException">The bytes are not a whole record; the message ends the sentence "the file is set aside because …".</exception>
    public static Record Read(ReadOnlyMemory<byte> bytes)
    {
        var headerLength = bytes.Span.IndexOf(NewLine);
        if (headerLength < 0)
            throw new FormatException("its first line is cut off");
        var payload = bytes[(headerLength + 1)..];
        try
        {
            using var header = JsonDocument.Parse(bytes[..headerLength]);
            var fields = header.RootElement;
            if (fields.GetProperty("format").GetInt32() is var format && format != Version)
                throw new FormatException($"it has the format {format}, which this program does not know");
            if (fields.GetProperty("length").GetInt64() is var length && length != payload.Length)
                throw new FormatException($"it holds {payload.Length} of {length} bytes");
            if (fields.GetProperty("sha256").GetString() != Hash(payload.Span))
                throw new FormatException("its content does not have the hash that it was written with");
            return new Record(
                GrainId.Parse(fields.GetProperty("grain").GetString()!),
                fields.GetProperty("name").GetString()!,
                fields.GetProperty("etag").GetString()!,
                payload.ToArray());
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException)
        {
            throw new FormatException("its first line does not describe a record", exception);
        }
    }

    private static string Hash(ReadOnlySpan<byte> payload) => Convert.ToHexStringLower(SHA256.HashData(payload));
}
