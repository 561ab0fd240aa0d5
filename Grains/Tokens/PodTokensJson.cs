using System.Globalization;
using System.Text.Json;

namespace ActorCsi.Grains.Tokens;

/// <summary>
/// Reads what kubelet delivers under <c>csi.storage.k8s.io/serviceAccount.tokens</c> (KEP-1855):
/// <c>{"audience": {"token": "jwt", "expirationTimestamp": "RFC 3339"}}</c>.
/// </summary>
/// <remarks>
/// Every fault names the audience, what was there and what was expected; none quotes a value, since a value may be a token.
/// Unknown properties are passed over: kubelet sends the whole TokenRequestStatus, which may grow.
/// </remarks>
internal static class PodTokensJson
{
    private static readonly string[] Rfc3339 = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static PodTokens Read(Secret json)
    {
        var reader = new Utf8JsonReader(json.Expose(), new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            return ReadAll(ref reader);
        }
        catch (JsonException e)
        {
            // The message of a JsonException quotes the input; its position does not.
            throw Fault($"is not valid JSON at byte {e.BytePositionInLine ?? 0}");
        }
    }

    private static PodTokens ReadAll(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Fault($"is {Kind(reader.TokenType)}, expected an object with one entry for each audience");

        var tokens = new SortedDictionary<string, PodToken>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var audience = reader.GetString()!;
            if (!tokens.TryAdd(audience, ReadOne(ref reader, audience)))
                throw Fault($"names {Quote(audience)} twice, expected each audience once");
        }
        if (reader.Read())
            throw Fault("goes on behind the object's end");
        return new PodTokens([.. tokens.Values]);
    }

    private static PodToken ReadOne(ref Utf8JsonReader reader, string audience)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Fault($"has {Kind(reader.TokenType)} under {Quote(audience)}, expected an object {{token, expirationTimestamp}}");

        Secret? token = null;
        DateTimeOffset? expiresAt = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("token"u8))
            {
                Once(token is null, audience, "token");
                token = ReadToken(ref reader, audience);
            }
            else if (reader.ValueTextEquals("expirationTimestamp"u8))
            {
                Once(expiresAt is null, audience, "expirationTimestamp");
                expiresAt = ReadTime(ref reader, audience);
            }
            else
            {
                reader.Skip();
            }
        }
        return new PodToken(audience,
            token ?? throw Fault($"has no token under {Quote(audience)}"),
            expiresAt ?? throw Fault($"has no expirationTimestamp under {Quote(audience)}"));
    }

    private static Secret ReadToken(ref Utf8JsonReader reader, string audience)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw Fault($"has {Kind(reader.TokenType)} as the token of {Quote(audience)}, expected a string");
        if (reader.ValueSpan.IsEmpty)
            throw Fault($"has an empty token under {Quote(audience)}");

        var bytes = new byte[reader.ValueSpan.Length];
        var length = reader.CopyString(bytes);
        return new Secret(length == bytes.Length ? bytes : bytes[..length]);
    }

    private static DateTimeOffset ReadTime(ref Utf8JsonReader reader, string audience)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw Fault($"has {Kind(reader.TokenType)} as the expirationTimestamp of {Quote(audience)}, expected an RFC 3339 time");
        if (!DateTimeOffset.TryParseExact(reader.GetString(), Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw Fault($"has an expirationTimestamp under {Quote(audience)} that is no RFC 3339 time such as 2026-01-01T00:00:00Z");
        return time;
    }

    private static void Once(bool first, string audience, string property)
    {
        if (!first)
            throw Fault($"has two properties {property} under {Quote(audience)}, expected one");
    }

    private static string Quote(string audience) => $"audience '{TokenWords.Clip(audience)}'";

    private static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    private static VolumeException Fault(string what)
        => new(VolumeError.Invalid, $"csi.storage.k8s.io/serviceAccount.tokens {what}. kubelet fills this field from the CSIDriver's tokenRequests.");
}
