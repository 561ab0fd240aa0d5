using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace ActorCsi.Fakes;

/// <summary>Tokens as kubelet delivers them, made for a test; the signature is a canary that must never be seen.</summary>
public static class PodTokenJson
{
    /// <summary>Stands in every token's signature: where it appears in print, a token leaked.</summary>
    public const string Canary = "canary-token-signature";

    /// <summary>The JSON of KEP-1855 with one token for each audience.</summary>
    public static string For(PodIdentity pod, DateTimeOffset issued, TimeSpan life, params string[] audiences)
        => JsonSerializer.Serialize(audiences.ToDictionary(audience => audience, audience => new
        {
            token = Jwt(pod, issued, life, audience),
            expirationTimestamp = (issued + life).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        }));

    private static string Jwt(PodIdentity pod, DateTimeOffset issued, TimeSpan life, string audience)
    {
        var claims = new Dictionary<string, object>
        {
            ["aud"] = new[] { audience.Length == 0 ? "https://kubernetes.default.svc" : audience },
            ["exp"] = (issued + life).ToUnixTimeSeconds(),
            ["iat"] = issued.ToUnixTimeSeconds(),
            ["nbf"] = issued.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{pod.Namespace}:{pod.ServiceAccount}",
            ["kubernetes.io"] = new
            {
                @namespace = pod.Namespace,
                pod = new { name = pod.Name, uid = pod.Uid },
                serviceaccount = new { name = pod.ServiceAccount, uid = "sa-uid" },
            },
        };
        return $"{Base64Url.EncodeToString("""{"alg":"RS256","kid":"test"}"""u8)}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}.{Canary}";
    }
}
