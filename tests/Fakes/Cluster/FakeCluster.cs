using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Fakes.Cluster;

/// <summary>
/// An API server on loopback: real HTTPS, HTTP/2 and watch streams; versions, conflicts, pages, bookmarks, 410, server-side apply and merge patches as of the real one,
/// as far as this driver can tell. It records every request and misbehaves when told to.
/// </summary>
/// <remarks>
/// Built on JSON alone, so that it is no kin of the client that it tests. Nothing is validated beyond names and a Secret's type.
/// <code>
/// await using var cluster = await FakeCluster.Start();
/// cluster.Add("""{"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "x"}}""");
/// cluster.Next(Fault.Throttles(TimeSpan.FromSeconds(3)));
/// …
/// Assert.Single(cluster.Writes);
/// </code>
/// </remarks>
public sealed class FakeCluster : IAsyncDisposable
{
    /// <summary>The token of the driver's service account, as long as no other is given to it.</summary>
    public const string DriverToken = "token-of-the-driver";

    /// <summary>The driver's user.</summary>
    public const string Driver = "system:serviceaccount:kube-system:actorcsi";

    private readonly WebApplication _server;
    private readonly ObjectStore _store = new();
    private readonly ConcurrentDictionary<string, string> _users = new(new Dictionary<string, string> { [DriverToken] = Driver });
    private readonly ConcurrentQueue<ApiRequest> _requests = new();
    private readonly ConcurrentDictionary<IConnectionLifetimeFeature, bool> _connections = new();
    private readonly List<(Func<ApiRequest, bool> When, Fault Fault, int Left)> _faults = [];
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly List<FakeResource> _resources = [.. FakeResource.All];
    private volatile ClusterCertificates _certificates = new();
    private volatile bool _isDown;
    private long _bytesSent;

    private FakeCluster()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(next => async connection =>
            {
                var life = connection.Features.GetRequiredFeature<IConnectionLifetimeFeature>();
                _connections[life] = true;
                if (_isDown)
                    life.Abort();
                await next(connection);
                _connections.TryRemove(life, out _);
            });
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificates.Server,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null || certificate.Issuer == ClusterCertificates.Issuer, // a client may have one
                    ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                }),
            });
        }));
        _server = builder.Build();
        _server.Run(Serve);
    }

    /// <summary>Starts a cluster without objects.</summary>
    public static async Task<FakeCluster> Start()
    {
        var cluster = new FakeCluster();
        await cluster._server.StartAsync();
        cluster.Address = new Uri(cluster._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return cluster;
    }

    /// <summary>Where it is: <c>https://127.0.0.1:port</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The authority's certificate.</summary>
    public string AuthorityPem => _certificates.AuthorityPem;

    /// <summary>All requests so far, in order of arrival.</summary>
    public IReadOnlyList<ApiRequest> Requests => [.. _requests];

    /// <summary>Those of them that may change objects.</summary>
    public IReadOnlyList<ApiRequest> Writes => [.. _requests.Where(request => request.IsWrite)];

    /// <summary>How many bytes all answers had, without their headers.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>The newest version of anything.</summary>
    public string Version => _store.Version;

    /// <summary>Whether a user may do something; null: everybody may do everything. SelfSubjectAccessReviews are answered by it as well.</summary>
    public Func<ApiRequest, bool>? Allows { get; set; }

    /// <summary>
    /// Whether only who may delete an object may change whose it is: the admission plugin OwnerReferencesPermissionEnforcement, which OpenShift has on. Who makes an object may
    /// give it owners.
    /// </summary>
    public bool GuardsOwners { get; set; }

    /// <summary>Whose token it is, of those that <see cref="Accept"/> was not told of; null for nobody's.</summary>
    public Func<string, string?>? Reviews { get; set; }

    /// <summary>What looks at objects that are to be made, and may change them, as admission webhooks do.</summary>
    internal Action<ApiRequest, JsonObject>? Admits { get; set; }

    /// <summary>An object was made; controllers see to it, before the one who made it has the answer.</summary>
    internal Action<JsonObject>? Made { get; set; }

    /// <summary>Whether an old version is refused with HTTP 410, as some servers do; otherwise with an ERROR event.</summary>
    public bool RefusesOldVersionsByStatus { get; set; }

    /// <summary>Whether the server is gone: connections break, and new ones break at once.</summary>
    public bool IsDown
    {
        get => _isDown;
        set
        {
            _isDown = value;
            if (value)
                CutConnections();
        }
    }

    /// <summary>Makes another kind of object known.</summary>
    public void Know(FakeResource resource) => _resources.Add(resource);

    /// <summary>Makes a token good for <paramref name="user"/>.</summary>
    public void Accept(string token, string user = Driver) => _users[token] = user;

    /// <summary>Makes a token good for nothing.</summary>
    public void Revoke(string token) => _users.TryRemove(token, out _);

    /// <summary>Another authority and another server certificate, for new connections.</summary>
    public void RotateAuthority() => _certificates = new ClusterCertificates();

    /// <summary>Adds an object, or takes the place of one, as <c>kubectl apply</c> would. Not recorded.</summary>
    public JsonObject Add(string json) => Add(JsonNode.Parse(json)!.AsObject());

    /// <summary>Adds an object, or takes the place of one, as <c>kubectl apply</c> would. Not recorded.</summary>
    public JsonObject Add(JsonObject item)
    {
        var key = KeyOf(item);
        return _store.Find(key) is null ? _store.Create(key, item, "kubectl") : _store.Replace(key, item, "kubectl");
    }

    /// <summary>The object as it is; null when there is none.</summary>
    public JsonObject? Find(string plural, string @namespace, string name) => _store.Find(new(Known(plural), @namespace, name));

    /// <summary>Changes an object, as a controller would. Not recorded.</summary>
    public void Change(JsonObject item, Action<JsonObject> change) => _store.Patch(KeyOf(item), current =>
    {
        var changed = (JsonObject)current.DeepClone();
        change(changed);
        return changed;
    }, null, "controller");

    /// <summary>All objects of a resource, in all namespaces.</summary>
    public IReadOnlyList<JsonObject> All(string plural) => _store.All(Known(plural), "");

    /// <summary>Takes an object away. Not recorded.</summary>
    public void Remove(string plural, string @namespace, string name) => _store.Delete(new(Known(plural), @namespace, name), null);

    /// <summary>What the garbage collector does: an object all of whose owners are gone, goes.</summary>
    public void CollectGarbage() => _store.CollectGarbage();

    /// <summary>Forgets what has happened up to now: a watch from an older version, and the further pages of a list, are answered 410.</summary>
    public void Compact() => _store.Compact();

    /// <summary>Sends a bookmark to every watch.</summary>
    public void Bookmark() => _store.Bookmark();

    /// <summary>How many watches of a resource are open.</summary>
    public int Watches(string plural) => _store.Subscriptions(resource => resource.Plural == plural);

    /// <summary>Ends all watches: in good order, or with an ERROR event of <paramref name="code"/>.</summary>
    public void EndWatches(int? code = null)
        => _store.EndWatches(code is { } error ? new JsonObject { ["type"] = "ERROR", ["object"] = StatusOf(new ApiRefusal(error, error == 410 ? "Expired" : "InternalError", "the fake ends it")) }.ToJsonString() : null);

    /// <summary>Breaks every connection; new ones may be made.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys)
            connection.Abort();
    }

    /// <summary>What happens to the next <paramref name="times"/> requests that come, or that <paramref name="when"/> is about. Faults told earlier come first.</summary>
    public void Next(Fault fault, int times = 1, Func<ApiRequest, bool>? when = null)
    {
        lock (_faults)
            _faults.Add((when ?? (_ => true), fault, times));
    }

    /// <summary>What happens from now on to all requests that <paramref name="when"/> is about, until <see cref="Heal"/>.</summary>
    public void Always(Fault fault, Func<ApiRequest, bool>? when = null) => Next(fault, int.MaxValue, when);

    /// <summary>No faults any more.</summary>
    public void Heal()
    {
        IsDown = false;
        lock (_faults)
            _faults.Clear();
    }

    /// <summary>Completes when the requests so far are such as <paramref name="condition"/> says.</summary>
    public async Task Until(Func<FakeCluster, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)); // real time: it ends a broken test, it never decides about a sound one
        while (!condition(this))
        {
            patience.Token.ThrowIfCancellationRequested();
            await _arrivals.WaitAsync(TimeSpan.FromMilliseconds(20)); // what is waited for may be no request
        }
    }

    /// <summary>Writes what kubelet gives a pod into <paramref name="directory"/>: token, ca.crt, namespace.</summary>
    public void WriteServiceAccount(TemporaryDirectory directory, string token = DriverToken)
    {
        directory.Write("token", token);
        directory.Write("ca.crt", AuthorityPem);
        directory.Write("namespace", "kube-system");
    }

    /// <summary>The variables that kubelet sets for a pod.</summary>
    public string? Variable(string name) => name switch
    {
        "KUBERNETES_SERVICE_HOST" => Address.Host,
        "KUBERNETES_SERVICE_PORT" => Address.Port.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>A kubeconfig for the driver's user.</summary>
    public string KubeConfig(string token = DriverToken) => $"""
        apiVersion: v1
        kind: Config
        current-context: fake
        contexts: [{"{"}name: fake, context: {"{"}cluster: fake, user: driver{"}"}{"}"}]
        clusters:
        - name: fake
          cluster:
            server: {Address.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(AuthorityPem))}
        users:
        - name: driver
          user:
            token: {token}
        """;

    /// <summary>A certificate and key by the cluster's authority, in PEM; the common name is the user.</summary>
    public (string Certificate, string Key) ClientCertificate(string user) => _certificates.Client(user);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _store.EndWatches(null);
        CutConnections();
        await _server.DisposeAsync();
        _certificates.Dispose();
    }

    private async Task Serve(HttpContext http)
    {
        ApiRequest? request = null;
        try
        {
            if (http.Request.Path == "/version")
            {
                await Answer(http, 200, new JsonObject { ["gitVersion"] = "v1.36.2+fake" });
                return;
            }
            if (http.Request.Method == "GET" && Discovery.Page(http.Request.Path.Value!, _resources) is { } page)
            {
                await Answer(http, 200, page);
                return;
            }
            var asked = Parse(http);
            request = asked.Request;
            _requests.Enqueue(request);
            _arrivals.Release();
            await ServeWithFaults(http, asked);
        }
        catch (ApiRefusal refusal)
        {
            await Answer(http, refusal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            await Answer(http, new ApiRefusal(400, "BadRequest", e.Message));
        }
        catch (OperationCanceledException)
        {
            // The caller has gone.
        }
        finally
        {
            if (request is not null)
                request.Code = http.Response.StatusCode;
        }
    }

    private async Task ServeWithFaults(HttpContext http, Asked asked)
    {
        var fault = TakeFault(asked.Request);
        if (fault is null || fault.ServesAfter)
        {
            if (fault is not null)
                await fault.Happen(http);
            await ServeWell(http, asked, answers: true);
            return;
        }
        if (fault.ServesFirst)
            await ServeWell(http, asked, answers: false);
        await fault.Happen(http);
    }

    private Fault? TakeFault(ApiRequest request)
    {
        lock (_faults)
        {
            var index = _faults.FindIndex(entry => entry.When(request));
            if (index < 0)
                return null;
            var (when, fault, left) = _faults[index];
            if (left == 1)
                _faults.RemoveAt(index);
            else if (left != int.MaxValue)
                _faults[index] = (when, fault, left - 1);
            return fault;
        }
    }

    private async Task ServeWell(HttpContext http, Asked asked, bool answers)
    {
        var request = asked.Request;
        if (request.User.Length == 0)
            throw new ApiRefusal(401, "Unauthorized", "Unauthorized");
        if (Allows?.Invoke(request) == false)
            throw new ApiRefusal(403, "Forbidden", $"{request.Resource} is forbidden: User \"{request.User}\" cannot {request.Verb} resource \"{request.Resource}\" in API group \"{request.Group}\"");
        if (request.Verb == "watch")
        {
            await ServeWatch(http, asked);
            return;
        }
        var (code, answer) = await Do(http, asked);
        if (answers)
            await Answer(http, code, answer);
    }

    private async Task<(int Code, JsonObject Answer)> Do(HttpContext http, Asked asked)
    {
        var (request, query, resource) = (asked.Request, http.Request.Query, asked.Resource);
        var key = new ObjectStore.Key(resource, request.Namespace, request.Name);
        var manager = query["fieldManager"] is [{ } named] ? named : http.Request.Headers.UserAgent.ToString().Split('/')[0];
        switch (request.Verb)
        {
            case "get":
                return (200, _store.Find(key) ?? throw new ApiRefusal(404, "NotFound", $"{resource.Plural} \"{key.Name}\" not found"));
            case "list":
                var limit = query["limit"] is [{ } text] ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
                return (200, ListOf(resource, _store.List(resource, request.Namespace, Selector.Parse(query["fieldSelector"], query["labelSelector"]), limit, query["continue"])));
            case "create" when resource.Plural == "selfsubjectaccessreviews":
                return (201, Review(await Body(http), request.User));
            case "create":
                var item = await Body(http);
                request.Creates = true;
                Admits?.Invoke(request, item);
                var made = _store.Create(key with { Name = item["metadata"]?["name"]?.ToString() ?? "" }, item, manager);
                Made?.Invoke((JsonObject)made.DeepClone());
                return (201, made);
            case "update" when request.Subresource.Length > 0: // of status and approval alike: the rest of the object is not looked at
                var update = await Body(http);
                return (200, _store.Patch(key, current => { current = (JsonObject)current.DeepClone(); current["status"] = update["status"]?.DeepClone(); return current; }, update, manager));
            case "update":
                return (200, _store.Replace(key, await Body(http), manager));
            case "patch":
                return await Patch(http, key, request, manager);
            case "delete":
                _store.Delete(key, http.Request.ContentLength > 0 ? (await Body(http))["preconditions"] : null);
                return (200, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" });
            default:
                throw new ApiRefusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
    }

    private async Task<(int Code, JsonObject Answer)> Patch(HttpContext http, ObjectStore.Key key, ApiRequest request, string manager)
    {
        switch (http.Request.ContentType)
        {
            case "application/merge-patch+json":
                var merge = await Body(http);
                return (200, _store.Patch(key, current => Admitted(request, current, Patches.Merge(current, merge)!.AsObject()), merge, manager));
            case "application/json-patch+json":
                var operations = (await JsonNode.ParseAsync(http.Request.Body))!.AsArray();
                return (200, _store.Patch(key, current => Admitted(request, current, Patches.Operations(current, operations)), null, manager));
            case "application/apply-patch+yaml":
                var applied = _store.Apply(key, await Body(http), manager, http.Request.Query["force"] == "true", out var created);
                request.Creates = created;
                return (created ? 201 : 200, applied);
            default:
                throw new ApiRefusal(415, "UnsupportedMediaType", "the body of the request was in an unknown format");
        }
    }

    private JsonObject Admitted(ApiRequest request, JsonObject current, JsonObject changed)
        => GuardsOwners && !JsonNode.DeepEquals(current["metadata"]!["ownerReferences"], changed["metadata"]!["ownerReferences"]) && Allows?.Invoke(request with { Verb = "delete" }) == false
            ? throw new ApiRefusal(403, "Forbidden", $"{request.Resource} \"{request.Name}\" is forbidden: cannot set an ownerRef on a resource you can't delete")
            : changed;

    private async Task ServeWatch(HttpContext http, Asked asked)
    {
        var (request, query) = (asked.Request, http.Request.Query);
        http.Response.ContentType = "application/json";
        ObjectStore.Subscription watch;
        try
        {
            watch = _store.Watch(asked.Resource, request.Namespace, Selector.Parse(query["fieldSelector"], query["labelSelector"]), query["resourceVersion"]);
        }
        catch (ApiRefusal refusal) when (!RefusesOldVersionsByStatus)
        {
            await Write(http, new JsonObject { ["type"] = "ERROR", ["object"] = StatusOf(refusal) }.ToJsonString() + "\n");
            return;
        }
        try
        {
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var line in watch.Lines.ReadAllAsync(http.RequestAborted))
            {
                await Write(http, line + "\n");
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        finally
        {
            _store.Forget(watch);
        }
    }

    private sealed record Asked(ApiRequest Request, FakeResource Resource);

    private Asked Parse(HttpContext http)
    {
        var parts = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var r] => ("", v, r),
            ["apis", var g, var v, .. var r] => (g, v, r),
            _ => throw new ApiRefusal(404, "NotFound", "the server could not find the requested resource"),
        };
        var @namespace = "";
        if (rest is ["namespaces", var n, _, ..])
            (@namespace, rest) = (n, rest[2..]);
        var resource = _resources.FirstOrDefault(known => known.Group == group && known.Version == version && rest is [var plural, ..] && known.Plural == plural)
            ?? throw new ApiRefusal(404, "NotFound", "the server could not find the requested resource");
        var name = rest.Length > 1 ? rest[1] : "";
        var isWatch = http.Request.Query["watch"] is ["true" or "1"];
        var verb = http.Request.Method switch
        {
            "GET" when isWatch => "watch",
            "GET" => name.Length > 0 ? "get" : "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => name.Length > 0 ? "delete" : "deletecollection",
            var other => other,
        };
        if (verb is "list" or "watch")
            name = Selector.Name(http.Request.Query["fieldSelector"]);
        return new Asked(new ApiRequest(verb, group, resource.Plural, rest.Length > 2 ? rest[2] : "", @namespace, name, UserOf(http)), resource);
    }

    private string UserOf(HttpContext http)
    {
        if (http.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.Ordinal))
            return _users.TryGetValue(header["Bearer ".Length..], out var user) ? user : Reviews?.Invoke(header["Bearer ".Length..]) ?? "";
        return http.Connection.ClientCertificate?.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, false) ?? "";
    }

    private JsonObject Review(JsonObject review, string user)
    {
        var asked = review["spec"]?["resourceAttributes"];
        string Text(string field) => asked?[field]?.ToString() ?? "";
        review["status"] = new JsonObject
        {
            ["allowed"] = Allows?.Invoke(new ApiRequest(Text("verb"), Text("group"), Text("resource"), Text("subresource"), Text("namespace"), Text("name"), user)) != false,
        };
        return review;
    }

    private static JsonObject ListOf(FakeResource resource, (string Version, List<JsonObject> Items, string? Continue) page) => new()
    {
        ["kind"] = resource.Kind + "List",
        ["apiVersion"] = resource.ApiVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = page.Version, ["continue"] = page.Continue ?? "" },
        ["items"] = new JsonArray([.. page.Items]),
    };

    private ObjectStore.Key KeyOf(JsonObject item)
    {
        var (version, kind) = (item["apiVersion"]?.ToString(), item["kind"]?.ToString());
        var resource = _resources.FirstOrDefault(known => known.ApiVersion == version && known.Kind == kind)
            ?? throw new ArgumentException($"{version} {kind} is no kind that the fake knows");
        return new(resource, resource.IsNamespaced ? item["metadata"]!["namespace"]?.ToString() ?? "default" : "", item["metadata"]!["name"]!.ToString());
    }

    private FakeResource Known(string plural) => _resources.First(resource => resource.Plural == plural);

    private static async Task<JsonObject> Body(HttpContext http)
        => (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) as JsonObject) ?? throw new ApiRefusal(400, "BadRequest", "the body is no object");

    private Task Answer(HttpContext http, int code, JsonObject answer)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        return Write(http, answer.ToJsonString());
    }

    internal static Task Answer(HttpContext http, ApiRefusal refusal)
    {
        http.Response.StatusCode = refusal.Code;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(StatusOf(refusal).ToJsonString(), http.RequestAborted);
    }

    private async Task Write(HttpContext http, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Interlocked.Add(ref _bytesSent, bytes.Length);
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static JsonObject StatusOf(ApiRefusal refusal) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = refusal.Message,
        ["reason"] = refusal.Reason,
        ["code"] = refusal.Code,
        ["details"] = new JsonObject
        {
            ["causes"] = new JsonArray([.. refusal.Causes.Select(cause => new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message, ["field"] = cause.Field })]),
        },
    };
}
