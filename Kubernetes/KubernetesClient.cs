using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Kubernetes.Http;

namespace ActorCsi.Kubernetes;

/// <summary>The Kubernetes API of one cluster, over HTTP.</summary>
public sealed class KubernetesClient : IKubernetes, IDisposable
{
    /// <summary>How much longer than it was asked to a server may take to end a watch.</summary>
    private static readonly TimeSpan WatchGrace = TimeSpan.FromSeconds(30);

    private readonly ApiChannel _channel;
    private readonly KubernetesClientOptions _options;
    private readonly TimeProvider _time;

    /// <summary>A client of the cluster that <paramref name="access"/> leads to. Nothing is sent yet.</summary>
    public KubernetesClient(ClusterAccess access, KubernetesClientOptions options, TimeProvider time)
        => (_channel, _options, _time) = (new ApiChannel(access, options, time), options, time);

    /// <inheritdoc/>
    public Task<T> Get<T>(Resource<T> resource, string? @namespace, string name, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
        => _channel.Call(new ApiCall(HttpMethod.Get, resource.Path(@namespace, name), Words("get", resource, @namespace, name)), options, Reader(resource.Json), cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectList<T>> List<T>(Resource<T> resource, string? @namespace, Selection? selection, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        selection ??= new Selection();
        var page = await ListPage(resource, @namespace, selection, selection.PageSize, null, options, cancellationToken);
        if (page.Continue is null)
            return page;
        try
        {
            var items = new List<T>(page.Items);
            while (page.Continue is not null)
            {
                page = await ListPage(resource, @namespace, selection, selection.PageSize, page.Continue, options, cancellationToken);
                items.AddRange(page.Items);
            }
            return page with { Items = items };
        }
        catch (KubernetesException e) when (e.IsGone) // the pages took longer than the server remembers (5 minutes): all at once, then
        {
            return await ListPage(resource, @namespace, selection, 0, null, options, cancellationToken);
        }
    }

    private Task<ObjectList<T>> ListPage<T>(
        Resource<T> resource, string? @namespace, Selection selection, int limit, string? from, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var path = resource.Path(@namespace) + Query(
            ("fieldSelector", selection.Fields), ("labelSelector", selection.Labels),
            ("limit", limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : null), ("continue", from));
        var call = new ApiCall(HttpMethod.Get, path, Words("list", resource, @namespace, selection.Fields));
        return _channel.Call(call, options, (response, token) => ReadList(response, resource.Json, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IAsyncEnumerable<WatchEvent<T>>> Watch<T>(
        Resource<T> resource, string? @namespace, string resourceVersion, Selection? selection, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var duration = _options.WatchFor * (1 + _options.Chance());
        var path = resource.Path(@namespace) + Query(
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("fieldSelector", selection?.Fields), ("labelSelector", selection?.Labels));
        var call = new ApiCall(HttpMethod.Get, path, Words("watch", resource, @namespace, selection?.Fields));
        var response = await _channel.Open(call, options, cancellationToken);
        return new WatchStream<T>(response, call, resource.Json, _channel, duration + WatchGrace, _time);
    }

    /// <inheritdoc/>
    public Task<T> Create<T>(Resource<T> resource, T item, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var path = resource.Path(item.Metadata.Namespace) + Query(("fieldManager", options?.FieldManager ?? _options.Name));
        var body = JsonSerializer.SerializeToUtf8Bytes(resource.Named(item), resource.Json);
        var call = new ApiCall(HttpMethod.Post, path, Words("create", resource, item.Metadata.Namespace, item.Metadata.Name), body, IsRepeatable: false);
        return _channel.Call(call, options, Reader(resource.Json), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<T> Apply<T>(Resource<T> resource, T item, string fieldManager, bool force, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var name = item.Metadata.Name ?? throw new ArgumentException("what is applied needs a name", nameof(item));
        var path = resource.Path(item.Metadata.Namespace, name) + Query(("fieldManager", fieldManager), ("force", force ? "true" : null));
        var body = JsonSerializer.SerializeToUtf8Bytes(resource.Named(item), resource.Json); // JSON is YAML
        var call = new ApiCall(HttpMethod.Patch, path, Words("apply", resource, item.Metadata.Namespace, name), body, "application/apply-patch+yaml");
        return _channel.Call(call, options, Reader(resource.Json), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<T> Patch<T>(Resource<T> resource, string? @namespace, string name, Patch patch, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var path = resource.Path(@namespace, name) + Query(("fieldManager", options?.FieldManager ?? _options.Name));
        var call = new ApiCall(HttpMethod.Patch, path, Words("patch", resource, @namespace, name), patch.Body, patch.ContentType, patch.IsRepeatable);
        return _channel.Call(call, options, Reader(resource.Json), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> Delete<T>(
        Resource<T> resource, string? @namespace, string name, Preconditions? preconditions, CallOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new DeleteOptions(preconditions), KubernetesJson.Default.DeleteOptions);
        var call = new ApiCall(HttpMethod.Delete, resource.Path(@namespace, name), Words("delete", resource, @namespace, name), body);
        try
        {
            return await _channel.Call(call, options, (_, _) => Task.FromResult(true), cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task<ServerVersion> Version(CallOptions? options, CancellationToken cancellationToken)
        => _channel.Call(new ApiCall(HttpMethod.Get, "version", "get the server's version"), options, async (response, token) =>
        {
            var version = await Reader(KubernetesJson.Default.VersionInfo)(response, token);
            return new ServerVersion(version.GitVersion ?? "", response.Headers.Date);
        }, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static Func<HttpResponseMessage, CancellationToken, Task<T>> Reader<T>(JsonTypeInfo<T> json)
        => async (response, cancellationToken) =>
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, json, cancellationToken) ?? throw new JsonException("null");
        };

    private static async Task<ObjectList<T>> ReadList<T>(HttpResponseMessage response, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var list = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        if (list.RootElement.ValueKind is not JsonValueKind.Object || !list.RootElement.TryGetProperty("metadata", out var metadata))
            throw new JsonException("no list");
        var meta = metadata.Deserialize(KubernetesJson.Default.ListMeta);
        var items = new List<T>();
        if (list.RootElement.TryGetProperty("items", out var elements) && elements.ValueKind is JsonValueKind.Array) // Go writes no items as null
            foreach (var element in elements.EnumerateArray())
                items.Add(element.Deserialize(json) ?? throw new JsonException("an item that is null"));
        return new ObjectList<T>(items, meta?.ResourceVersion ?? "", string.IsNullOrEmpty(meta?.Continue) ? null : meta.Continue);
    }

    private static string Query(params ReadOnlySpan<(string Key, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (key, value) in parameters)
            if (value is not null)
                query.Append(query.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));
        return query.ToString();
    }

    private static string Words<T>(string verb, Resource<T> resource, string? @namespace, string? name)
        where T : KubernetesObject
        => $"{verb} {resource} {(@namespace is null ? name : $"{@namespace}/{name}")}".TrimEnd(' ', '/');
}
