using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ActorCsi.Kubernetes;

/// <summary>A change of an object, ready to be sent.</summary>
public sealed class Patch
{
    private Patch(string contentType, byte[] body, bool isRepeatable) => (ContentType, Body, IsRepeatable) = (contentType, body, isRepeatable);

    internal string ContentType { get; }

    internal byte[] Body { get; }

    /// <summary>Whether twice is the same as once.</summary>
    internal bool IsRepeatable { get; }

    /// <summary>RFC 7386: members take the place of members, null takes one away, a list takes the place of a list.</summary>
    public static Patch Merge(JsonObject patch) => new("application/merge-patch+json", JsonBytes(patch), isRepeatable: true);

    /// <summary>RFC 7386, out of a type: what is null in it is left out, and so stays as it is.</summary>
    public static Patch Merge<T>(T patch, JsonTypeInfo<T> json) => new("application/merge-patch+json", JsonSerializer.SerializeToUtf8Bytes(patch, json), isRepeatable: true);

    /// <summary>RFC 6902: operations in order, all or none. Not repeated when it is unsure whether they were done: one of them may add to a list.</summary>
    public static Patch Operations(JsonArray operations) => new("application/json-patch+json", JsonBytes(operations), isRepeatable: false);

    private static byte[] JsonBytes(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            node.WriteTo(writer);
        return buffer.ToArray();
    }
}
