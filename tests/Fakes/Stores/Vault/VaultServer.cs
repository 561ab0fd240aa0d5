using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Vault;

/// <summary>
/// A Vault (or OpenBao) over real HTTP: logins are checked against the issuer's keys and the role's bindings, tokens and leases live and end by the clock,
/// and what is refused is refused in the server's own words. One object holds a test's whole server: set it up, break it, count what is left.
/// </summary>
public sealed partial class VaultServer : IAsyncDisposable
{
    /// <summary>A token that may do everything.</summary>
    public const string RootToken = "hvs.root";

    private readonly Lock _gate = new();
    private readonly TokenIssuer _issuer;
    private readonly TimeProvider _time;
    private readonly Dictionary<(string Namespace, string Path), (string Type, Mount Serve)> _mounts = [];
    private readonly HashSet<string> _namespaces = [""];
    private int _number;

    private VaultServer(TokenIssuer issuer, TimeProvider time) => (_issuer, _time) = (issuer, time);

    /// <summary>The front: where it listens, what was asked, faults.</summary>
    public StoreServer Front { get; private set; } = null!;

    /// <summary>Whether it answers nothing before somebody unseals it.</summary>
    public bool IsSealed { get; set; }

    /// <summary>How far the server's clock is from everybody else's.</summary>
    public TimeSpan ClockSkew { get; set; }

    private DateTimeOffset Now => _time.GetUtcNow() + ClockSkew;

    /// <summary>Starts one.</summary>
    public static async Task<VaultServer> Start(TokenIssuer issuer, TimeProvider time, X509Certificate2? certificate = null, Func<X509Certificate2, bool>? client = null)
    {
        var server = new VaultServer(issuer, time);
        server._tokens[RootToken] = new VaultToken(RootToken, "accessor-root", "root", null, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, IsRenewable: false, IsBatch: false, "");
        server.Front = await StoreServer.Start(server.Serve, certificate, client);
        return server;
    }

    /// <summary>Makes a namespace.</summary>
    public VaultServer Namespace(string name)
    {
        _namespaces.Add(name);
        return this;
    }

    /// <summary>How often something was asked: a method, and how its path begins (<c>/v1/kv/</c>).</summary>
    public int Asked(string method, string path)
        => Front.Requests.Count(request => request.Method == method && request.Path.StartsWith(path, StringComparison.Ordinal));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        _pki?.Dispose();
    }

    private async Task Serve(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Answer answer;
        lock (_gate)
        {
            EndWhatIsOver();
            try
            {
                answer = Route(context.Request, body);
            }
            catch (Refusal refusal)
            {
                answer = new Answer(refusal.Status, new JsonObject { ["errors"] = new JsonArray([.. refusal.Errors.Select(error => (JsonNode)error)]) });
            }
        }
        context.Response.StatusCode = answer.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (answer.Body is null)
            return;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body.ToJsonString());
    }

    private Answer Route(HttpRequest request, string body)
    {
        var path = request.Path.Value!.TrimStart('/');
        if (!path.StartsWith("v1/", StringComparison.Ordinal))
            throw new Refusal(404);
        path = path["v1/".Length..];
        if (path == "sys/health")
            return Health();
        if (IsSealed)
            throw new Refusal(503, "Vault is sealed");

        var (ns, rest) = InNamespace(request.Headers["X-Vault-Namespace"].ToString().Trim('/'), path);
        var arguments = Arguments(body);
        var method = request.Method is "PUT" ? "POST" : request.Method;
        if (rest.StartsWith("auth/", StringComparison.Ordinal) && rest.EndsWith("/login", StringComparison.Ordinal) && method == "POST")
            return Login(ns, rest["auth/".Length..^"/login".Length], arguments);

        var token = Authenticate(request, ns);
        Authorise(token, rest);
        return rest switch
        {
            "auth/token/lookup-self" => LookupSelf(token),
            "auth/token/renew-self" => RenewSelf(token),
            "auth/token/revoke-self" => RevokeSelf(token),
            "sys/leases/renew" => RenewLease(arguments),
            "sys/leases/revoke" => RevokeLease(arguments),
            _ => Read(new Question(ns, method, rest, request.Query, arguments, token)),
        };
    }

    private Answer Read(Question question)
    {
        foreach (var mount in _mounts.Where(one => one.Key.Namespace == question.Namespace).OrderByDescending(one => one.Key.Path.Length))
            if ((question.Path + "/").StartsWith(mount.Key.Path + "/", StringComparison.Ordinal))
            {
                var answer = mount.Value.Serve(question with { Path = question.Path[mount.Key.Path.Length..].TrimStart('/'), Mount = mount.Key.Path });
                if (answer.Body is { } envelope)
                    envelope["mount_type"] = mount.Value.Type;
                return answer;
            }
        throw new Refusal(404, $"no handler for route \"{question.Path}\". route entry not found.");
    }

    private (string Namespace, string Path) InNamespace(string header, string path)
    {
        var full = header.Length == 0 ? path : $"{header}/{path}";
        var ns = _namespaces.Where(one => one.Length > 0 && full.StartsWith(one + "/", StringComparison.Ordinal)).MaxBy(one => one.Length) ?? "";
        var rest = ns.Length == 0 ? full : full[(ns.Length + 1)..];
        if (header.Length > 0 && !ns.StartsWith(header, StringComparison.Ordinal))
            throw new Refusal(404, $"no handler for route \"{rest}\". route entry not found.");
        return (ns, rest);
    }

    private Answer Health() => new(IsSealed ? 503 : 200, new JsonObject
    {
        ["initialized"] = true,
        ["sealed"] = IsSealed,
        ["standby"] = false,
        ["server_time_utc"] = Now.ToUnixTimeSeconds(),
        ["version"] = "1.17.0",
    });

    private static JsonObject Arguments(string body)
    {
        if (body.Length == 0)
            return [];
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw new Refusal(400, "failed to parse JSON input");
        }
        catch (JsonException e)
        {
            throw new Refusal(400, $"failed to parse JSON input: {e.Message}");
        }
    }

    /// <summary>The envelope that every answer comes in.</summary>
    private Answer Envelope(JsonNode? data, string lease = "", TimeSpan duration = default, bool renewable = false, JsonNode? auth = null, string[]? warnings = null, int status = 200)
        => new(status, new JsonObject
        {
            ["request_id"] = $"00000000-0000-0000-0000-{++_number:d12}",
            ["lease_id"] = lease,
            ["renewable"] = renewable,
            ["lease_duration"] = (long)duration.TotalSeconds,
            ["data"] = data,
            ["wrap_info"] = null,
            ["warnings"] = warnings is null ? null : new JsonArray([.. warnings.Select(warning => (JsonNode)warning)]),
            ["auth"] = auth,
        });

    private static string Text(JsonObject from, string name) => from[name]?.ToString() ?? "";

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private delegate Answer Mount(Question question);

    private sealed record Question(string Namespace, string Method, string Path, IQueryCollection Query, JsonObject Arguments, VaultToken Token)
    {
        public string Mount { get; init; } = "";
    }

    private sealed record Answer(int Status, JsonNode? Body);

    private sealed class Refusal(int status, params string[] errors) : Exception
    {
        public int Status => status;

        public string[] Errors => errors;
    }
}
