using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi.Grains;

/// <summary>How secrets stand in records that are written to files.</summary>
internal static class SecretConverters
{
    /// <summary>Base64 where <paramref name="secretsToo"/> says that the files never reach a disk; else nothing.</summary>
    public static JsonConverter<Secret> For(bool secretsToo) => secretsToo ? new Kept() : new Dropped();

    private sealed class Kept : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.Expose());
    }

    private sealed class Dropped : JsonConverter<Secret>
    {
        public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return null;
        }

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteNullValue();
    }
}
