using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Azure;

/// <summary>
/// What answers on one of Azure's machines for that machine alone, in plain HTTP: the metadata service, which gives access tokens of the managed identities that the machine has,
/// and aad-pod-identity, which gives those of the identities that pods are bound to. What is refused is refused in their words.
/// </summary>
public sealed class AzureMachine : IAsyncDisposable
{
    private readonly EntraServer _entra;
    private readonly TimeProvider _time;
    private readonly string _tenant;
    private readonly List<string> _identities = [];
    private readonly Dictionary<string, string> _bindings = [];

    private AzureMachine(EntraServer entra, TimeProvider time, string tenant) => (_entra, _time, _tenant) = (entra, time, tenant);

    /// <summary>The front: where it listens, what was asked, faults.</summary>
    public StoreServer Front { get; private set; } = null!;

    /// <summary>Starts one, in a tenant.</summary>
    public static async Task<AzureMachine> Start(EntraServer entra, TimeProvider time, string tenant)
    {
        var machine = new AzureMachine(entra, time, tenant);
        machine.Front = await StoreServer.Start(machine.Serve);
        return machine;
    }

    /// <summary>Assigns a managed identity. The first is the one that is given where none is asked for.</summary>
    public AzureMachine Assign(string clientId)
    {
        _identities.Add(clientId);
        return this;
    }

    /// <summary>Binds a pod to an identity, as an AzureIdentityBinding does.</summary>
    public AzureMachine Bind(string podNamespace, string pod, string clientId)
    {
        _bindings[$"{podNamespace}/{pod}"] = clientId;
        return this;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Front.DisposeAsync();

    private async Task Serve(HttpContext context)
    {
        var (status, body) = (context.Request.Method, context.Request.Path.Value!.Trim('/')) switch // one of the vendor's clients ends its path in a slash
        {
            ("GET", "metadata/identity/oauth2/token") => Metadata(context.Request),
            ("GET", "host/token") => PodIdentity(context.Request),
            _ => (404, "not found"),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('{') ? "application/json; charset=utf-8" : "text/plain";
        await context.Response.WriteAsync(body);
    }

    private (int, string) Metadata(HttpRequest request)
    {
        if (request.Headers["Metadata"] != "true")
            return Refusal("Required metadata header not specified");
        if (request.Headers.ContainsKey("X-Forwarded-For"))
            return Refusal("Forwarded requests are not answered"); // no proxy must be able to ask for a browser, or for a pod
        if (request.Query["api-version"] != "2018-02-01")
            return Refusal("Bad request. api-version is invalid or was not specified in the request.");
        var wanted = request.Query["client_id"].ToString();
        return (wanted.Length == 0 ? _identities.FirstOrDefault() : _identities.Find(identity => identity == wanted)) is { } identity
            ? (200, Token(identity, request.Query["resource"].ToString()).ToJsonString()) : Refusal("Identity not found");
    }

    private (int, string) PodIdentity(HttpRequest request)
        => _bindings.GetValueOrDefault($"{request.Headers["podns"]}/{request.Headers["podname"]}") is { } identity
            ? (200, new JsonObject { ["token"] = Token(identity, request.Query["resource"].ToString()), ["clientid"] = identity }.ToJsonString())
            : (404, $"no AzureIdentityBinding found for pod {request.Headers["podns"]}/{request.Headers["podname"]}");

    /// <summary>All numbers are texts there.</summary>
    private JsonObject Token(string identity, string resource)
    {
        var life = TimeSpan.FromHours(24);
        return new JsonObject
        {
            ["access_token"] = _entra.Issue(_tenant, identity, resource),
            ["client_id"] = identity,
            ["expires_in"] = ((long)life.TotalSeconds - 1).ToString(CultureInfo.InvariantCulture),
            ["expires_on"] = (_time.GetUtcNow() + life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["not_before"] = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["resource"] = resource,
            ["token_type"] = "Bearer",
        };
    }

    private static (int, string) Refusal(string description)
        => (400, new JsonObject { ["error"] = "invalid_request", ["error_description"] = description }.ToJsonString());
}
