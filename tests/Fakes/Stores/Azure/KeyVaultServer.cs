using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Azure;

/// <summary>
/// A vault over real HTTPS: challenges who has no login, checks logins (signature, tenant, audience, time) and rights, keeps versions of secrets, keys and
/// certificates, and lists them by pages. What is refused is refused in the service's own words.
/// </summary>
public sealed partial class KeyVaultServer : IAsyncDisposable
{
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly EntraServer _entra;
    private readonly TimeProvider _time;
    private readonly string _tenant;
    private readonly string _suffix;
    private readonly HashSet<string> _rights = [];

    private KeyVaultServer(EntraServer entra, TimeProvider time, string name, string tenant, string suffix)
        => (_entra, _time, Name, _tenant, _suffix) = (entra, time, name, tenant, suffix);

    /// <summary>The front: where it listens, what was asked, faults.</summary>
    public StoreServer Front { get; private set; } = null!;

    /// <summary>The vault's name.</summary>
    public string Name { get; }

    /// <summary>The name by which it is asked.</summary>
    public string Host => $"{Name}.{_suffix}";

    /// <summary>How far the server's clock is from everybody else's.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>How many versions are on a page.</summary>
    public int PageSize { get; set; } = 25;

    /// <summary>Whether the last page of a list is an empty one, as it is now and then.</summary>
    public bool LastPageIsEmpty { get; set; }

    private DateTimeOffset Now => _time.GetUtcNow() + ClockSkew;

    /// <summary>Starts one.</summary>
    public static async Task<KeyVaultServer> Start(EntraServer entra, TimeProvider time, X509Certificate2 certificate, string name, string tenant, string suffix = "vault.azure.net")
    {
        var server = new KeyVaultServer(entra, time, name, tenant, suffix);
        server.Front = await StoreServer.Start(server.Serve, certificate);
        return server;
    }

    /// <summary>Gives an application rights: <c>secrets/get</c>, <c>keys/list</c>.</summary>
    public KeyVaultServer Allow(string clientId, params string[] rights)
    {
        lock (_gate)
            _rights.UnionWith(rights.Select(right => $"{clientId} {right}"));
        return this;
    }

    /// <summary>Takes all rights away.</summary>
    public void AllowNobody()
    {
        lock (_gate)
            _rights.Clear();
    }

    /// <summary>How often something was asked: how its path begins (<c>/secrets/password/</c>).</summary>
    public int Asked(string path) => Front.Requests.Count(request => request.Path.StartsWith(path, StringComparison.Ordinal));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Front.DisposeAsync();

    private async Task Serve(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (status, answer) = (200, default(JsonNode));
        lock (_gate)
        {
            try
            {
                answer = Route(context, body);
            }
            catch (Refusal refusal)
            {
                (status, answer) = (refusal.Status, refusal.Body);
            }
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["x-ms-keyvault-region"] = "westeurope";
        context.Response.Headers["x-ms-keyvault-service-version"] = "1.9.2000.1";
        context.Response.Headers["x-ms-keyvault-network-info"] = "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;";
        context.Response.Headers.StrictTransportSecurity = "max-age=31536000;includeSubDomains";
        context.Response.Headers["x-ms-request-id"] = Guid.NewGuid().ToString();
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private JsonNode Route(HttpContext context, string body)
    {
        var request = context.Request;
        if (request.Host.Host != Host)
            throw new Refusal(400, "BadParameter", $"the host {request.Host.Host} is none of this vault");
        var client = Authenticate(context);
        if (!ApiVersion().IsMatch(request.Query["api-version"].ToString()))
            throw new Refusal(400, "BadParameter", "The specified version is not recognized. Consider using the latest supported version.");
        // Without a version the path ends in a slash, or does not.
        var path = request.Path.Value!.Trim('/').Split('/');
        if (path is not [var kind and ("secrets" or "keys" or "certificates"), var name, ..] || path.Length > 3)
            throw new Refusal(404, "NotFound", "there is no such resource");
        var rest = path.Length == 3 ? path[2] : "";
        var arguments = body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject();
        var operation = (request.Method, kind, rest) switch
        {
            ("GET", _, "versions") => "list",
            ("GET", _, _) => "get",
            ("PUT", "secrets", "") => "set",
            ("PATCH", "secrets", _) => "set",
            ("POST", "keys", "create") => "create",
            ("POST", "certificates", "import") => "import",
            _ => throw new Refusal(405, "MethodNotAllowed", "the method is not allowed here"),
        };
        Authorise(client, kind, operation);
        return operation switch
        {
            "list" => List(kind, name, request.Query),
            "get" => Get(kind, name, rest),
            "set" => rest.Length == 0 ? Put(name, arguments) : Patch(kind, name, rest, arguments),
            "create" => Create(name, arguments),
            _ => Import(name, arguments),
        };
    }

    private string Authenticate(HttpContext context)
    {
        if (context.Request.Headers.Authorization.ToString() is not ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token])
            throw Challenge(context, "AKV10000: Request is missing a Bearer or PoP token.");
        if (_entra.Verify(token) is not { } claims)
            throw Challenge(context, "[BearerReadAccessTokenFailed] Error validating token: 'S2S12001'.");
        if ((string)claims["aud"]! != $"https://{_suffix}")
            throw Challenge(context, $"AKV10022: Invalid audience. Expected https://{_suffix}, found: {claims["aud"]}.");
        if ((string)claims["tid"]! != _tenant)
            throw Challenge(context, $"AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{_tenant}/, found {claims["iss"]}.");
        if ((long)claims["nbf"]! > (Now + Leeway).ToUnixTimeSeconds())
            throw Challenge(context, "[TokenNotYetValid] Error validating token: 'S2S12007'.");
        return (long)claims["exp"]! > Now.ToUnixTimeSeconds() ? (string)claims["appid"]! : throw Challenge(context, "[TokenExpired] Error validating token: 'S2S12086'.");
    }

    /// <summary>Public vaults still say the older one of Entra's names; a client takes the tenant from it.</summary>
    private Refusal Challenge(HttpContext context, string message)
    {
        var host = _entra.Host == "login.microsoftonline.com" ? "login.windows.net" : _entra.Host;
        context.Response.Headers.WWWAuthenticate = $"Bearer authorization=\"https://{host}/{_tenant}\", resource=\"https://{_suffix}\"";
        return new Refusal(401, "Unauthorized", message);
    }

    private void Authorise(string client, string kind, string operation)
    {
        if (!_rights.Contains($"{client} {kind}/{operation}"))
            throw new Refusal(403, "Forbidden", $"The user, group or application 'appid={client};iss=https://sts.windows.net/{_tenant}/' does not have {kind} {operation} permission on key vault '{Name};location=westeurope'.", "AccessDenied");
    }

    /// <summary>Versions were numbers, and are dates now.</summary>
    [GeneratedRegex(@"^(7\.[0-6]|20\d\d-\d\d-\d\d)\z")]
    private static partial Regex ApiVersion();

    private sealed class Refusal(int status, string code, string message, string? inner = null) : Exception
    {
        public int Status => status;

        public JsonObject Body => new()
        {
            ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["innererror"] = inner is null ? null : new JsonObject { ["code"] = inner } },
        };
    }
}
