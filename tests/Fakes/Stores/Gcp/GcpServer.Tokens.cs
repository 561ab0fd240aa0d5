using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Stores.Gcp;

// Who somebody is: pools that take the cluster's tokens, service accounts with their keys, and who may act as whom.
public sealed partial class GcpServer
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly Dictionary<string, GcpPool> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GcpServiceAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GcpToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refreshTokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private int _number;

    /// <summary>How often a token of the cluster's was exchanged.</summary>
    public int Exchanges { get; private set; }

    /// <summary>How often somebody was let act as a service account.</summary>
    public int Impersonations { get; private set; }

    /// <summary>How long tokens live.</summary>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether it says how long tokens that it exchanges live: it need not (RFC 6749).</summary>
    public bool TellsLife { get; set; } = true;

    /// <summary>The tokens that are valid.</summary>
    public IReadOnlyList<GcpToken> Tokens
    {
        get
        {
            lock (_gate)
                return [.. _tokens.Values];
        }
    }

    /// <summary>The GKE cluster that the machine is in, and its project's pool.</summary>
    /// <returns>The audience of the pool and the cluster.</returns>
    public string Cluster(string project = "shop", string location = Region, string name = "prod")
    {
        _metadata["/computeMetadata/v1/project/project-id"] = project;
        _metadata["/computeMetadata/v1/instance/attributes/cluster-location"] = location;
        _metadata["/computeMetadata/v1/instance/attributes/cluster-name"] = name;
        var pool = $"{project}.svc.id.goog";
        return Pool($"identitynamespace:{pool}:https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}", pool);
    }

    /// <summary>A pool that takes the cluster's tokens.</summary>
    /// <param name="audience">What it is called.</param>
    /// <param name="allowed">The audiences that tokens may have; where none are given, the pool's name with and without <c>https:</c>.</param>
    public string Pool(string audience, params string[] allowed)
    {
        _pools[audience] = new GcpPool(audience, allowed is [] ? [audience, "https:" + audience] : [.. allowed]);
        return audience;
    }

    /// <summary>Changes a pool.</summary>
    public void Pool(string audience, Func<GcpPool, GcpPool> change) => _pools[audience] = change(_pools[audience]);

    /// <summary>Makes a service account.</summary>
    /// <param name="email">Its name.</param>
    /// <param name="actors">Who may act as it, as IAM calls them.</param>
    public void ServiceAccount(string email, params string[] actors) => _accounts[email] = new GcpServiceAccount(email, [.. actors]);

    /// <summary>A new key of a service account: the file that one would download.</summary>
    public string Key(string email)
    {
        using var key = RSA.Create(2048);
        var id = $"key-{++_number}";
        _accounts[email].Keys[id] = key.ExportSubjectPublicKeyInfoPem();
        return new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "shop",
            ["private_key_id"] = id,
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = email,
            ["client_id"] = "123",
            ["token_uri"] = "https://oauth2.googleapis.com/token",
            ["universe_domain"] = "googleapis.com",
        }.ToJsonString();
    }

    /// <summary>Somebody who logged in with gcloud: the file that it leaves.</summary>
    public string User(string email)
    {
        var refresh = $"1//refresh-{++_number}";
        _refreshTokens[refresh] = $"user:{email}";
        return new JsonObject { ["type"] = "authorized_user", ["client_id"] = "gcloud", ["client_secret"] = "gcloud-secret", ["refresh_token"] = refresh }.ToJsonString();
    }

    /// <summary>The machine's own account.</summary>
    public void Machine(string email) => _metadata["/computeMetadata/v1/instance/service-accounts/default/token"] = email;

    /// <summary>Ends all tokens, as nobody would expect.</summary>
    public void RevokeAll()
    {
        lock (_gate)
            _tokens.Clear();
    }

    private Answer Exchange(Question question, params string[] kinds)
    {
        if (question.Text("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange")
            throw OAuth(400, "unsupported_grant_type", "Invalid value for \"grant_type\".");
        if (question.Text("requested_token_type") != "urn:ietf:params:oauth:token-type:access_token")
            throw OAuth(400, "invalid_request", "Invalid value for \"requested_token_type\".");
        if (question.Text("subject_token_type") != "urn:ietf:params:oauth:token-type:jwt")
            throw OAuth(400, "invalid_request", "Invalid value for \"subject_token_type\".");
        if (!question.Text("scope").Split(' ').Contains(Scope))
            throw OAuth(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
        var audience = question.Text("audience");
        if (!kinds.Any(kind => audience.StartsWith(kind, StringComparison.Ordinal)))
            throw OAuth(400, "invalid_request", "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.");
        if (!_pools.TryGetValue(audience, out var pool) || pool.IsDisabled)
            throw OAuth(400, "invalid_target", "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.");
        var (@namespace, account) = Verify(question.Text("subject_token"), pool);
        if (pool.Condition?.Invoke(@namespace, account) == false)
            throw OAuth(401, "unauthorized_client", "The given credential is rejected by the attribute condition.");

        Exchanges++;
        var answer = new JsonObject
        {
            ["access_token"] = Issue($"ya29.d.{++_number}", pool.Members(@namespace, account, Number), TokenLife).Id,
            ["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["token_type"] = "Bearer",
        };
        if (TellsLife)
            answer["expires_in"] = (long)TokenLife.TotalSeconds;
        return new Answer(200, answer);
    }

    private (string Namespace, string ServiceAccount) Verify(string jwt, GcpPool pool)
    {
        var claims = (pool.Issuer ?? _issuer).Verify(jwt, Now, out var fault) ?? throw OAuth(400, "invalid_grant", fault switch
        {
            "token is expired" => "ID Token issued at an earlier time is stale to sign-in.",
            "token is not valid yet" => "ID Token is not valid yet.",
            "malformed jwt" => "The ID Token is malformed.",
            _ => "Unable to verify the signature of the ID Token with the keys of its issuer.",
        });
        if (claims["aud"]!.AsArray().Select(audience => audience!.ToString()).FirstOrDefault(pool.Allowed.Contains) is null)
            throw OAuth(400, "invalid_grant", $"The audience in ID Token {claims["aud"]!.ToJsonString()} does not match the expected audience.");
        return claims["sub"]!.ToString().Split(':') is ["system", "serviceaccount", var @namespace, var account] ? (@namespace, account)
            : throw OAuth(400, "invalid_grant", "The mapped attribute google.subject is required.");
    }

    private Answer GenerateAccessToken(Question question, string target)
    {
        if (target.Split(':') is not [var email, "generateAccessToken"])
            throw Google(404, "NOT_FOUND", "Method not found.");
        var caller = Authenticate(question);
        if (question.Body["scope"] is not JsonArray { Count: > 0 })
            throw Google(400, "INVALID_ARGUMENT", "Request must have at least one scope.");
        var lifetime = question.Text("lifetime") is { Length: > 0 } asked ? TimeSpan.FromSeconds(double.Parse(asked.TrimEnd('s'), CultureInfo.InvariantCulture)) : TimeSpan.FromHours(1);
        if (lifetime > TimeSpan.FromHours(1))
            throw Google(400, "INVALID_ARGUMENT", "The token lifetime cannot exceed 3600s.");

        var members = caller.Members;
        foreach (var next in (question.Body["delegates"] as JsonArray ?? []).Select(one => one!.ToString()["projects/-/serviceAccounts/".Length..]).Append(email))
        {
            if (!_accounts.TryGetValue(next, out var account))
                throw Google(404, "NOT_FOUND", $"Not found; Gaia id not found for email {next}");
            if (!account.Actors.Overlaps(members))
                throw Google(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", "IAM_PERMISSION_DENIED");
            members = [$"serviceAccount:{next}"];
        }
        Impersonations++;
        lifetime = lifetime < TokenLife ? lifetime : TokenLife;
        var token = Issue($"ya29.c.{++_number}", members, lifetime);
        return new Answer(200, new JsonObject { ["accessToken"] = token.Id, ["expireTime"] = token.ExpiresAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture) });
    }

    private Answer LogIn(Question question)
    {
        var members = question.Text("grant_type") switch
        {
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => [$"serviceAccount:{Verify(question.Text("assertion"))}"],
            "refresh_token" when _refreshTokens.TryGetValue(question.Text("refresh_token"), out var user) && question.Text("client_secret") == "gcloud-secret" => (string[])[user],
            "refresh_token" => throw OAuth(400, "invalid_grant", "Token has been expired or revoked."),
            _ => throw OAuth(400, "unsupported_grant_type", "Invalid grant_type"),
        };
        var token = Issue($"ya29.k.{++_number}", members, TokenLife);
        return new Answer(200, new JsonObject { ["access_token"] = token.Id, ["expires_in"] = (long)TokenLife.TotalSeconds, ["token_type"] = "Bearer" });
    }

    /// <summary>A token that a service account signed for itself (RFC 7523): gives its name.</summary>
    private string Verify(string jwt)
    {
        if (jwt.Split('.') is not [var header, var body, var signature])
            throw OAuth(400, "invalid_grant", "Invalid JWT.");
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(body))!;
        var head = JsonNode.Parse(Base64Url.DecodeFromChars(header))!;
        if (!_accounts.TryGetValue((string)claims["iss"]!, out var account) || (string)head["alg"]! != "RS256")
            throw OAuth(400, "invalid_grant", "Invalid grant: account not found");
        var keys = (string?)head["kid"] is { } id ? account.Keys.Where(key => key.Key == id) : account.Keys; // who names no key may have used any
        if (!keys.Any(key => IsSigned(key.Value, $"{header}.{body}", signature)))
            throw OAuth(400, "invalid_grant", "Invalid JWT Signature.");
        var (issued, ends, now) = ((long)claims["iat"]!, (long)claims["exp"]!, Now.ToUnixTimeSeconds());
        if (ends <= now || issued > now || ends - issued > 3600)
            throw OAuth(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.");
        if ((string)claims["aud"]! != "https://oauth2.googleapis.com/token" || !((string)claims["scope"]!).Contains(Scope, StringComparison.Ordinal))
            throw OAuth(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
        return account.Email;
    }

    private static bool IsSigned(string pem, string text, string signature)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return key.VerifyData(Encoding.ASCII.GetBytes(text), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private string? MetadataOf(string path)
    {
        lock (_gate)
        {
            if (_metadata.GetValueOrDefault(path) is not { } value || !path.EndsWith("/token", StringComparison.Ordinal))
                return _metadata.GetValueOrDefault(path);
            var token = Issue($"ya29.m.{++_number}", [$"serviceAccount:{value}"], TokenLife);
            return new JsonObject { ["access_token"] = token.Id, ["expires_in"] = (long)TokenLife.TotalSeconds, ["token_type"] = "Bearer" }.ToJsonString();
        }
    }

    private GcpToken Issue(string id, IEnumerable<string> members, TimeSpan life) => _tokens[id] = new GcpToken(id, [.. members], Now + life);

    private GcpToken Authenticate(Question question)
    {
        const string Expected = "Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
        if (question.Bearer is not { } bearer)
            throw Google(401, "UNAUTHENTICATED", $"Request is missing required authentication credential. {Expected}", "CREDENTIALS_MISSING");
        return _tokens.TryGetValue(bearer, out var token) && token.ExpiresAt > Now ? token
            : throw Google(401, "UNAUTHENTICATED", $"Request had invalid authentication credentials. {Expected}", token is null ? "ACCESS_TOKEN_TYPE_UNSUPPORTED" : "ACCESS_TOKEN_EXPIRED");
    }
}

/// <summary>A pool.</summary>
/// <param name="Audience">What it is called.</param>
/// <param name="Allowed">The audiences that tokens may have.</param>
public sealed record GcpPool(string Audience, HashSet<string> Allowed)
{
    /// <summary>Whose tokens it takes; null for the cluster's.</summary>
    public TokenIssuer? Issuer { get; init; }

    /// <summary>Whether it takes none.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Whom it lets in, by namespace and service account; null for all.</summary>
    public Func<string, string, bool>? Condition { get; init; }

    /// <summary>How a service account of the cluster is called in policies.</summary>
    internal IEnumerable<string> Members(string @namespace, string account, Func<string, string> number)
    {
        if (Audience.Split(':', 3) is ["identitynamespace", var pool, _])
            return [$"serviceAccount:{pool}[{@namespace}/{account}]", $"principal://iam.googleapis.com/projects/{number(pool.Split('.')[0])}/locations/global/workloadIdentityPools/{pool}/subject/ns/{@namespace}/sa/{account}"];
        return [$"principal:{Audience[..Audience.IndexOf("/providers/", StringComparison.Ordinal)]}/subject/system:serviceaccount:{@namespace}:{account}"];
    }
}

/// <summary>An access token.</summary>
public sealed record GcpToken(string Id, HashSet<string> Members, DateTimeOffset ExpiresAt);

/// <summary>A service account of Google's.</summary>
internal sealed record GcpServiceAccount(string Email, HashSet<string> Actors)
{
    /// <summary>Public keys, in PEM.</summary>
    public Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);
}
