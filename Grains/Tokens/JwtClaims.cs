using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi.Grains.Tokens;

/// <summary>
/// The claims of a service-account token that say whose it is, for whom, and when. The signature is not looked at: the token comes from
/// kubelet over a private socket, and whoever the token is meant for checks it.
/// </summary>
internal sealed record JwtClaims
{
    [JsonPropertyName("aud"), JsonConverter(typeof(OneOrMany))]
    public IReadOnlyList<string> Audiences { get => field ?? []; init; } // the generated reader sets null where the claim is absent

    /// <summary>Seconds since 1970. A fraction is legal (RFC 7519 NumericDate).</summary>
    [JsonPropertyName("exp")]
    public double? Expires { get; init; }

    [JsonPropertyName("nbf")]
    public double? NotBefore { get; init; }

    [JsonPropertyName("iat")]
    public double? Issued { get; init; }

    /// <summary>When the token was issued; null where it does not say, or says what is no time.</summary>
    [JsonIgnore]
    public DateTimeOffset? IssuedAt => Issued is >= 0 and < LatestTime ? DateTimeOffset.UnixEpoch.AddSeconds(Issued.Value) : null;

    private const double LatestTime = 253_402_300_799; // the end of the year 9999

    [JsonPropertyName("kubernetes.io")]
    public KubernetesClaims? Kubernetes { get; init; }

    /// <summary>The claims of <paramref name="token"/>, or null when it is no JWT with claims that can be read.</summary>
    public static JwtClaims? Read(Secret token)
    {
        var jwt = token.Expose();
        var first = jwt.IndexOf((byte)'.');
        var length = first < 0 ? -1 : jwt[(first + 1)..].IndexOf((byte)'.');
        if (length < 0)
            return null;
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromUtf8(jwt.Slice(first + 1, length)), JwtJson.Default.JwtClaims);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    internal sealed record KubernetesClaims(
        [property: JsonPropertyName("namespace")] string? Namespace,
        [property: JsonPropertyName("pod")] Bound? Pod,
        [property: JsonPropertyName("serviceaccount")] Bound? ServiceAccount);

    internal sealed record Bound([property: JsonPropertyName("name")] string? Name, [property: JsonPropertyName("uid")] string? Uid);

    /// <summary>RFC 7519 lets aud be one string or an array of them.</summary>
    internal sealed class OneOrMany : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return [reader.GetString()!];
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException();
            var audiences = new List<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
                audiences.Add(reader.GetString()!);
            return reader.TokenType == JsonTokenType.EndArray ? audiences : throw new JsonException();
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}

[JsonSerializable(typeof(JwtClaims))]
internal sealed partial class JwtJson : JsonSerializerContext;
