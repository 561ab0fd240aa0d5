using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Stores;

/// <summary>
/// A cluster's token issuer: signs service-account tokens as the API server does, and answers for them, so that a store can find out
/// what a real one would (signature, time, audience, whose token it is).
/// </summary>
public sealed class TokenIssuer : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly ConcurrentQueue<(string Audience, string Token)> _issued = new();

    /// <summary>The tokens that were given out, and what for.</summary>
    public IReadOnlyCollection<(string Audience, string Token)> Issued => _issued;

    /// <summary>The <c>iss</c> claim.</summary>
    public string Issuer => "https://kubernetes.default.svc.cluster.local";

    /// <summary>The public key, in PEM, as a store is configured with it.</summary>
    public string PublicKeyPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>A token of <paramref name="pod"/> for <paramref name="audience"/>.</summary>
    public string Issue(PodIdentity pod, string audience, DateTimeOffset now, TimeSpan? life = null)
    {
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray(audience),
            ["exp"] = (now + (life ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["sub"] = $"system:serviceaccount:{pod.Namespace}:{pod.ServiceAccount}",
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = pod.Namespace,
                ["pod"] = new JsonObject { ["name"] = pod.Name, ["uid"] = pod.Uid },
                ["serviceaccount"] = new JsonObject { ["name"] = pod.ServiceAccount, ["uid"] = $"uid-of-{pod.ServiceAccount}" },
            },
        };
        var signed = $"{Base64Url.EncodeToString("""{"alg":"ES256","kid":"test"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var token = $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        _issued.Enqueue((audience, token));
        return token;
    }

    /// <summary>What kubelet would deliver: {audience: {token, expirationTimestamp}} (KEP-1855).</summary>
    public string Deliver(PodIdentity pod, DateTimeOffset now, TimeSpan life, params string[] audiences)
        => JsonSerializer.Serialize(audiences.ToDictionary(audience => audience, audience => new
        {
            token = Issue(pod, audience, now, life),
            expirationTimestamp = (now + life).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        }));

    /// <summary>The claims of a token that this issuer signed and that is valid at <paramref name="now"/>; else null, and why.</summary>
    public JsonObject? Verify(string token, DateTimeOffset now, out string fault)
    {
        var parts = token.Split('.');
        fault = "malformed jwt";
        if (parts.Length != 3)
            return null;
        try
        {
            fault = "signature is invalid";
            if (!_key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256))
                return null;
            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
            fault = "token is expired";
            if ((long)claims["exp"]! <= now.ToUnixTimeSeconds())
                return null;
            fault = "token is not valid yet";
            return (long)claims["nbf"]! > now.ToUnixTimeSeconds() ? null : claims;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
