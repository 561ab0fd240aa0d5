using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Azure;

/// <summary>
/// Entra ID over real HTTPS: tenants, applications with federated credentials and passwords, access tokens with real signatures. What is refused is refused with
/// the numbers of the real one. Also AD FS, which answers at another path.
/// </summary>
public sealed class EntraServer : IAsyncDisposable
{
    /// <summary>The audience of federated credentials, where nobody says another.</summary>
    public const string Audience = "api://AzureADTokenExchange";

    private const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);
    private static readonly RSA Key = RSA.Create(2048); // one for all tests: making it takes longer than most of them

    private readonly Lock _gate = new();
    private readonly TokenIssuer _cluster;
    private readonly TimeProvider _time;
    private readonly Dictionary<(string Tenant, string ClientId), EntraApplication> _applications = [];
    private readonly HashSet<string> _revoked = [];
    private readonly List<string> _issued = [];

    private EntraServer(TokenIssuer cluster, TimeProvider time, string host) => (_cluster, _time, Host) = (cluster, time, host);

    /// <summary>The front: where it listens, what was asked, faults.</summary>
    public StoreServer Front { get; private set; } = null!;

    /// <summary>The name by which it is asked.</summary>
    public string Host { get; }

    /// <summary>How far the server's clock is from everybody else's.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>How long access tokens live.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromSeconds(3599);

    /// <summary>The access tokens that were given out.</summary>
    public IReadOnlyList<string> Issued
    {
        get
        {
            lock (_gate)
                return [.. _issued];
        }
    }

    private DateTimeOffset Now => _time.GetUtcNow() + ClockSkew;

    /// <summary>Starts one.</summary>
    public static async Task<EntraServer> Start(TokenIssuer cluster, TimeProvider time, X509Certificate2 certificate, string host = "login.microsoftonline.com")
    {
        var server = new EntraServer(cluster, time, host);
        server.Front = await StoreServer.Start(server.Serve, certificate);
        return server;
    }

    /// <summary>Registers an application, or a managed identity, and with it its tenant; or changes it.</summary>
    public EntraServer Register(string tenant, string clientId, Func<EntraApplication, EntraApplication>? change = null)
    {
        lock (_gate)
            _applications[(tenant, clientId)] = (change ?? (one => one))(_applications.GetValueOrDefault((tenant, clientId)) ?? new EntraApplication());
        return this;
    }

    /// <summary>Lets pods of a service account of the cluster log in as an application.</summary>
    public EntraServer Federate(string tenant, string clientId, string podNamespace, string serviceAccount, string audience = Audience)
        => Register(tenant, clientId, one => one with { Federated = [.. one.Federated, new(_cluster.Issuer, $"system:serviceaccount:{podNamespace}:{serviceAccount}", audience)] });

    /// <summary>Vaults take none of the access tokens given out so far.</summary>
    public void RevokeAll()
    {
        lock (_gate)
            _revoked.UnionWith(_issued);
    }

    /// <summary>An access token, as after a login.</summary>
    public string Issue(string tenant, string clientId, string resource)
    {
        var now = Now.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["aud"] = resource,
            ["iss"] = $"https://sts.windows.net/{tenant}/",
            ["iat"] = now,
            ["nbf"] = now,
            ["exp"] = now + (long)Life.TotalSeconds,
            ["appid"] = clientId,
            ["tid"] = tenant,
            ["uti"] = Guid.NewGuid().ToString("N"),
            ["ver"] = "1.0",
        };
        var signed = $"{Base64Url.EncodeToString("""{"typ":"JWT","alg":"RS256","kid":"entra"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var token = $"{signed}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        lock (_gate)
            _issued.Add(token);
        return token;
    }

    /// <summary>The claims of an access token that this server signed and nobody revoked; null for any other. Whether it is of use now and here is for the vault to say.</summary>
    public JsonObject? Verify(string token)
    {
        lock (_gate)
            if (_revoked.Contains(token))
                return null;
        var parts = token.Split('.');
        try
        {
            return parts.Length == 3 && Key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                ? JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject() : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Front.DisposeAsync();

    private async Task Serve(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        var (status, body) = (context.Request.Method, path) switch
        {
            ("GET", ["common", "discovery", "instance"]) => (200, Instances(context.Request.Query["authorization_endpoint"].ToString())),
            ("GET", [var tenant, "v2.0", ".well-known", "openid-configuration"]) => (200, Configuration(tenant)),
            ("POST", [var tenant, "oauth2", "v2.0", "token"]) => Token(tenant, await context.Request.ReadFormAsync()),
            ("POST", ["adfs", "oauth2", "token"]) => Token("adfs", await context.Request.ReadFormAsync()),
            _ => (404, new JsonObject { ["error"] = "not_found" }),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store, no-cache";
        await context.Response.WriteAsync(body.ToJsonString());
    }

    private JsonObject Instances(string endpoint) => new()
    {
        ["tenant_discovery_endpoint"] = endpoint.Replace("/oauth2/v2.0/authorize", "/v2.0/.well-known/openid-configuration", StringComparison.Ordinal),
        ["api-version"] = "1.1",
        ["metadata"] = new JsonArray(new JsonObject { ["preferred_network"] = Host, ["preferred_cache"] = "login.windows.net", ["aliases"] = new JsonArray(Host, "login.windows.net", "login.microsoft.com", "sts.windows.net") }),
    };

    private JsonObject Configuration(string tenant) => new()
    {
        ["token_endpoint"] = $"https://{Host}/{tenant}/oauth2/v2.0/token",
        ["authorization_endpoint"] = $"https://{Host}/{tenant}/oauth2/v2.0/authorize",
        ["end_session_endpoint"] = $"https://{Host}/{tenant}/oauth2/v2.0/logout",
        ["jwks_uri"] = $"https://{Host}/{tenant}/discovery/v2.0/keys",
        ["issuer"] = $"https://{Host}/{tenant}/v2.0",
    };

    private (int, JsonObject) Token(string tenant, IFormCollection form)
    {
        EntraApplication? application;
        lock (_gate)
        {
            if (_applications.Keys.All(known => known.Tenant != tenant))
                return Refusal(400, "invalid_request", 90002, $"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.");
            application = _applications.GetValueOrDefault((tenant, form["client_id"].ToString()));
        }
        if (form["grant_type"] != "client_credentials")
            return Refusal(400, "unsupported_grant_type", 70003, $"The app requested an unsupported grant type '{form["grant_type"]}'.");
        if (application is null)
            return Refusal(400, "unauthorized_client", 700016, $"Application with identifier '{form["client_id"]}' was not found in the directory '{tenant}'.");
        // The vendor's libraries ask for OpenID's scopes too.
        var scope = form["scope"].ToString().Split(' ').Except(["openid", "profile", "offline_access"]).ToArray();
        if (scope is not [var wanted] || !wanted.EndsWith("/.default", StringComparison.Ordinal))
            return Refusal(400, "invalid_scope", 1002012, $"The provided value for scope {form["scope"]} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.");
        if ((form.ContainsKey("client_assertion") ? RefuseAssertion(application, form) : RefusePassword(application, form)) is { } refusal)
            return refusal;

        return (200, new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = tenant == "adfs" ? Life.TotalSeconds.ToString(CultureInfo.InvariantCulture) : (long)Life.TotalSeconds,
            ["ext_expires_in"] = (long)Life.TotalSeconds,
            ["access_token"] = Issue(tenant, form["client_id"].ToString(), wanted[..^"/.default".Length]),
        });
    }

    private (int, JsonObject)? RefuseAssertion(EntraApplication application, IFormCollection form)
    {
        if (form["client_assertion_type"] != JwtBearer)
            return Refusal(400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type'.");
        var (token, fault) = (form["client_assertion"].ToString(), "");
        var claims = _cluster.Verify(token, Now, out fault) ?? _cluster.Verify(token, Now - Leeway, out _) ?? _cluster.Verify(token, Now + Leeway, out _);
        if (claims is null)
            return fault is "signature is invalid" or "malformed jwt"
                ? Refusal(401, "invalid_client", 50013, "Assertion failed signature validation. [Reason - The key was not found.]")
                : Refusal(401, "invalid_client", 700024, $"Client assertion is not within its valid time range. Current time: {Now:u}.");

        var (issuer, subject) = ((string)claims["iss"]!, (string)claims["sub"]!);
        var audiences = claims["aud"]!.AsArray().Select(audience => (string)audience!).ToArray();
        var ofIssuer = application.Federated.Where(one => one.Issuer == issuer).ToArray();
        if (ofIssuer.Length == 0)
            return Refusal(401, "invalid_client", 700211, $"No matching federated identity record found for presented assertion issuer '{issuer}'.");
        var ofSubject = ofIssuer.Where(one => one.Subject == subject).ToArray();
        if (ofSubject.Length == 0)
            return Refusal(401, "invalid_client", 700213, $"No matching federated identity record found for presented assertion subject '{subject}'.");
        return ofSubject.Any(one => audiences.Contains(one.Audience)) ? null
            : Refusal(401, "invalid_client", 700212, $"No matching federated identity record found for presented assertion audience '{audiences[0]}'.");
    }

    private (int, JsonObject)? RefusePassword(EntraApplication application, IFormCollection form)
        => application.Password is { } password && form["client_secret"] == password ? null
            : Refusal(401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.");

    private (int, JsonObject) Refusal(int status, string error, int code, string text)
    {
        var (trace, correlation) = (Guid.NewGuid(), Guid.NewGuid());
        return (status, new JsonObject
        {
            ["error"] = error,
            ["error_description"] = $"AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {Now:u}",
            ["error_codes"] = new JsonArray(code),
            ["timestamp"] = $"{Now:u}",
            ["trace_id"] = trace.ToString(),
            ["correlation_id"] = correlation.ToString(),
            ["error_uri"] = $"https://{Host}/error?code={code}",
        });
    }
}

/// <summary>An application or a managed identity.</summary>
public sealed record EntraApplication
{
    /// <summary>Whose tokens are as good as a password.</summary>
    public FederatedCredential[] Federated { get; init; } = [];

    /// <summary>Its password; null when it has none.</summary>
    public string? Password { get; init; }
}

/// <summary>A token of this issuer, subject and audience is as good as a password.</summary>
public sealed record FederatedCredential(string Issuer, string Subject, string Audience);
