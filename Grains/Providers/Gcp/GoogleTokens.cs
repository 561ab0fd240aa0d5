using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>How access tokens are come by. Nothing is remembered here.</summary>
internal sealed class GoogleTokens(ProviderHttp http, TimeProvider time)
{
    /// <summary>What the tokens are for: everything, since IAM decides; there is none for Secret Manager alone.</summary>
    public const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    /// <summary>The type of Kubernetes' tokens, and of those that are in files where the file says nothing else.</summary>
    public const string Jwt = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>The longest life that every service account's token may have.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The life of a token of which none is told: expires_in is recommended only (RFC 6749, section 5.1), and the plugin does not look at it.</summary>
    private static readonly TimeSpan Untold = TimeSpan.FromMinutes(5);

    /// <summary>What a clock may be off: a service account's key signs for an hour that began this long ago, which is now for them and for us.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>A token of the cluster's, or of another issuer that <paramref name="pool"/> trusts, for one of Google's.</summary>
    /// <exception cref="VolumeException">There is none, and why.</exception>
    public async Task<KeptLogin<Secret>> Exchange(Uri service, WorkloadPool pool, Secret subject, string subjectType, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new TokenExchange(pool.Audience, subject.ExposeText(), subjectType), GcpJson.Default.TokenExchange);
        using var answer = await Post(service, "gcp token exchange", body, "application/json", null, cancellationToken);
        return answer.IsSuccess ? Read(answer, $"{service.Host}: token exchange", time) : throw GcpFailures.Exchange(service, pool, answer, subject);
    }

    /// <summary>Lets whose token <paramref name="login"/> is act as a service account.</summary>
    /// <param name="address">generateAccessToken of the service account.</param>
    /// <param name="delegates">Service accounts in between: each may act as the next.</param>
    /// <param name="login">The token.</param>
    /// <param name="who">Whose it is, as IAM calls them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="VolumeException">There is none, and why.</exception>
    public async Task<KeptLogin<Secret>> Impersonate(Uri address, ImmutableArray<string> delegates, Secret login, string who, CancellationToken cancellationToken)
    {
        var asked = new Impersonation([Scope], [.. delegates.Select(one => $"projects/-/serviceAccounts/{one}")], $"{(int)Longest.TotalSeconds}s");
        var body = JsonSerializer.SerializeToUtf8Bytes(asked, GcpJson.Default.Impersonation);
        using var answer = await Post(address, "gcp impersonation", body, "application/json", login, cancellationToken);
        if (!answer.IsSuccess)
            throw GcpFailures.Impersonate(address, who, answer, login);
        var read = GcpAnswers.Read(answer, GcpJson.Default.ImpersonationAnswer, $"{address.Host}: impersonation", "an access token");
        if (read is not { AccessToken.Length: > 0, ExpireTime: { } end })
            throw HttpFailures.Garbage($"{address.Host}: impersonation", "an access token and its end");
        var ourEnd = time.GetUtcNow() + Longest; // should their clock be ahead of ours
        return new KeptLogin<Secret>(Secret.FromText(read.AccessToken), end < ourEnd ? end : ourEnd);
    }

    /// <summary>A service account's key for a token of the service account.</summary>
    /// <exception cref="VolumeException">There is none, and why.</exception>
    public Task<KeptLogin<Secret>> LogIn(GcpCredentials.ServiceAccount key, CancellationToken cancellationToken) => Grant(
        key.TokenUri, key.Email, key.PrivateKey, cancellationToken,
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", Assertion(key)));

    /// <summary>Somebody who once logged in with gcloud, again.</summary>
    /// <exception cref="VolumeException">There is no token, and why.</exception>
    public Task<KeptLogin<Secret>> LogIn(GcpCredentials.User user, CancellationToken cancellationToken) => Grant(
        user.TokenUri, "the user of gcloud", user.RefreshToken, cancellationToken,
        ("grant_type", "refresh_token"), ("client_id", user.ClientId), ("client_secret", user.ClientSecret.ExposeText()), ("refresh_token", user.RefreshToken.ExposeText()));

    /// <summary>The token in an answer.</summary>
    /// <exception cref="VolumeException">There is none in it.</exception>
    public static KeptLogin<Secret> Read(HttpAnswer answer, string what, TimeProvider time)
    {
        var read = GcpAnswers.Read(answer, GcpJson.Default.TokenAnswer, what, "an access token");
        return read is { AccessToken.Length: > 0, ExpiresIn: null or (> 0 and < 1e8) }
            ? new KeptLogin<Secret>(Secret.FromText(read.AccessToken), time.GetUtcNow() + (read.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : Untold))
            : throw HttpFailures.Garbage(what, "an access token and its life");
    }

    private async Task<KeptLogin<Secret>> Grant(Uri service, string who, Secret secret, CancellationToken cancellationToken, params (string Name, string Value)[] form)
    {
        var body = Encoding.UTF8.GetBytes(string.Join('&', form.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")));
        using var answer = await Post(service, "gcp login", body, "application/x-www-form-urlencoded", null, cancellationToken);
        return answer.IsSuccess ? Read(answer, $"{service.Host}: login", time) : throw GcpFailures.Grant(service, who, answer, secret);
    }

    private async Task<HttpAnswer> Post(Uri address, string purpose, byte[] body, string contentType, Secret? login, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Post, address.AbsolutePath.TrimStart('/'))
        {
            Purpose = purpose,
            Headers = login is null ? [] : [GcpAnswers.Bearer(login)],
            Body = body,
            ContentType = contentType,
            IsIdempotent = true, // a second token does no harm
        };
        try
        {
            return await http.To(new HttpEndpoint(new Uri(address.GetLeftPart(UriPartial.Authority) + "/"))).Send(call, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    private string Assertion(GcpCredentials.ServiceAccount key)
    {
        var issued = time.GetUtcNow() - ClockSkew;
        var header = JsonSerializer.SerializeToUtf8Bytes(new JwtHeader(key.KeyId), GcpJson.Default.JwtHeader);
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new JwtBody(key.Email, key.TokenUri.AbsoluteUri, issued.ToUnixTimeSeconds(), (issued + Longest).ToUnixTimeSeconds()), GcpJson.Default.JwtBody);
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.PrivateKey.ExposeText());
        return $"{signed}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }
}
