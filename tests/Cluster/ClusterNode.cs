using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ActorCsi.Cluster;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Cluster;

/// <summary>
/// A node of a cluster: the real grains between a kernel in memory, a secret store of the test's and an API server on loopback. The node's clock is the test's;
/// the client's time-outs run on the machine's. It has the rights that the manifests give, and a test in which one is missing fails.
/// </summary>
/// <remarks>
/// <code>
/// await using var node = await ClusterNode.Start();
/// node.AddClass("database", ("user", "admin"));
/// var volume = node.Volume("web-0", "database");
/// await volume.Publish();
/// await node.Until(() => node.Status(volume) is not null);
/// </code>
/// </remarks>
internal sealed class ClusterNode : IAsyncDisposable
{
    public const string NodeId = "node-7";

    private const string Sentinel = "sentinel"; // a namespace and a class of their own
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _state = new();
    private readonly MemoryKernel _kernel = new();
    private readonly FixedClasses _classes = new();
    private KubernetesClient _client = null!;
    private IHost _host = null!;
    private int _sentinels;

    private ClusterNode(FakeCluster api) => (Api, api.Allows) = (api, Rights.Allow);

    /// <summary>What the driver may do in the cluster, and what of it was made use of.</summary>
    public DriverRights Rights { get; } = DriverRights.AsShipped();

    public FakeCluster Api { get; }

    public VirtualTime Time { get; } = new();

    public TestStore Store { get; } = new();

    /// <summary>The way to the grains.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<ClusterNode> Start()
    {
        var node = new ClusterNode(await FakeCluster.Start());
        await node.Begin();
        return node;
    }

    /// <summary>One with a class <c>database</c> of one file.</summary>
    public static async Task<ClusterNode> StartWithClass()
    {
        var node = await Start();
        node.AddClass("database", ("user", "admin"));
        return node;
    }

    /// <summary>A pod with that class, whose status object is written.</summary>
    public async Task<TestVolume> PublishWithStatus()
    {
        var volume = Volume("web-0", "database");
        await volume.Publish();
        await Until(() => Status("web-0", "database") is not null);
        return volume;
    }

    /// <summary>How many status objects the driver remembers to have written.</summary>
    public int Remembered => Directory.Exists(_state["statuses"]) ? Directory.EnumerateFiles(_state["statuses"], "*", SearchOption.AllDirectories).Count() : 0;

    /// <summary>Ends the driver as <c>kill -9</c> would, as far as files and mounts go, and starts it again.</summary>
    public async Task Restart()
    {
        await End();
        await Begin();
        await _host.Services.GetRequiredService<ResumeVolumes>().Run(CancellationToken.None);
    }

    private async Task Begin()
    {
        _client = new KubernetesClient(
            new ClusterAccess
            {
                Server = Api.Address,
                Source = "the test",
                Token = Kubernetes.Access.TokenSource.Fixed(FakeCluster.DriverToken),
                Authorities = () => [X509Certificate2.CreateFromPem(Api.AuthorityPem)],
            },
            new KubernetesClientOptions { Repetitions = 1, FirstPause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddFileGrainStorage(VolumeGrain.StorageName, storage => (storage.Directory, storage.SerializerOptions) = (_state["volumes"], VolumeRecordJson.Options(secretsToo: true)))
            .AddFileGrainStorage(ClusterServices.StatusStorage, storage => (storage.Directory, storage.SerializerOptions) = (_state["statuses"], ClusterServices.StatusJson))
            .UseFileReminderService(reminders => reminders.Directory = _state["reminders"]));
        builder.Services
            .AddSingleton<TimeProvider>(Time)
            .AddVolumes()
            .Configure<VolumeOptions>(volumes => volumes.Chance = () => 0.5)
            .AddSingleton<ITmpfs>(new OneAtATime(new MemoryTmpfs(_kernel)))
            .AddSingleton<IClassSource>(_classes)
            .AddSingleton<IProviderCatalog>(new FixedCatalog(Store))
            .AddSingleton<IKubernetes>(_client)
            .AddClusterObjects(cluster => (cluster.NodeId, cluster.Chance) = (NodeId, () => 0.5));
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task End()
    {
        await _host.StopAsync();
        _host.Dispose();
        _client.Dispose();
    }

    /// <summary>A class that gives <paramref name="files"/>, in version 1.</summary>
    public void AddClass(string name, params (string Path, string Content)[] files)
    {
        Store.Put(name, "1", files);
        SetSecrets(name);
    }

    /// <summary>Sets the Secrets that the class wants of its files.</summary>
    public void SetSecrets(string name, params SecretObject[] secrets) => _classes.Set(new SecretProviderClass("default", name, "store", StringMap.Empty, [.. secrets]));

    /// <summary>A volume of a pod that belongs to a ReplicaSet; to none when that is null. The API server knows pod and owner.</summary>
    public TestVolume Volume(string pod, string className, string? replicaSet = "web")
    {
        AddPod(pod, replicaSet);
        return new TestVolume(this, "default", pod, className);
    }

    public void AddPod(string pod, string? replicaSet)
    {
        var owner = replicaSet is null ? null : Api.Find("replicasets", "default", replicaSet)
            ?? Api.Add($$"""{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"namespace": "default", "name": "{{replicaSet}}" } }""");
        var references = owner is null ? ""
            : $$""", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "{{replicaSet}}", "uid": "{{owner["metadata"]!["uid"]}}", "controller": true, "blockOwnerDeletion": true}]""";
        Api.Add($$"""{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default", "name": "{{pod}}", "uid": "uid-{{pod}}"{{references}} }, "status": {"phase": "Running"} }""");
    }

    /// <summary>The status object of a pod and class; null when there is none.</summary>
    public JsonObject? Status(string pod, string className) => Api.Find("secretproviderclasspodstatuses", "default", $"{pod}-default-{className}");

    /// <summary>A Secret's data as text; null when there is none.</summary>
    public string? Secret(string name)
        => Api.Find("secrets", "default", name)?["data"] is JsonObject data
            ? string.Join(", ", data.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={Encoding.UTF8.GetString(Convert.FromBase64String(entry.Value!.GetValue<string>()))}"))
            : null;

    /// <summary>The names of a Secret's owners.</summary>
    public IEnumerable<string> OwnersOf(string secret)
        => (Api.Find("secrets", "default", secret)?["metadata"]?["ownerReferences"]?.AsArray() ?? []).Select(owner => $"{owner!["kind"]}/{owner["name"]}");

    /// <summary>Events by reason, with their counts, but for those of <see cref="Settle"/>, whose volumes ask the same store.</summary>
    public IEnumerable<(string Reason, int Count, string Message)> Events
        => Api.All("events").Where(item => item["metadata"]!["namespace"]!.GetValue<string>() != Sentinel).Select(item => (item["reason"]!.GetValue<string>(), item["count"]!.GetValue<int>(), item["message"]!.GetValue<string>()));

    /// <summary>The requests so far, but for those of <see cref="Settle"/>.</summary>
    public IReadOnlyList<ApiRequest> Requests => [.. Api.Requests.Where(request => request.Namespace != Sentinel)];

    /// <summary>Those of them that may change an object.</summary>
    public IReadOnlyList<ApiRequest> Writes => [.. Requests.Where(request => request.IsWrite)];

    /// <summary>Lets what is due now happen until <paramref name="condition"/> holds.</summary>
    public async Task Until(Func<bool> condition, string what = "what the test waits for")
    {
        var patience = DateTime.UtcNow + Patience;
        while (true)
        {
            Time.Advance(TimeSpan.Zero);
            if (condition())
                return;
            Assert.True(DateTime.UtcNow < patience, $"{what} did not come; requests: {string.Join(", ", Api.Requests)}");
            await Task.Delay(TimeSpan.FromMilliseconds(2)); // the API server answers on the machine's clock
        }
    }

    /// <summary>Lets time pass until <paramref name="condition"/> holds.</summary>
    public Task UntilLater(Func<bool> condition) => Until(() =>
    {
        Time.Advance(TimeSpan.FromSeconds(10));
        return condition();
    });

    /// <summary>Waits until all that volumes have told is with the grains that see to it.</summary>
    public Task Heard() => Until(() => _host.Services.GetRequiredService<ClusterObserver>().Waiting == 0);

    /// <summary>Waits until everything that was told so far has been seen to: what is told last, of a volume of its own, has reached the API server.</summary>
    public async Task Settle()
    {
        var pod = $"pod-{++_sentinels}";
        Store.Put(Sentinel, "1", ("file", "x"));
        _classes.Set(new SecretProviderClass(Sentinel, Sentinel, Store.Name, StringMap.Empty, []));
        await new TestVolume(this, Sentinel, pod, Sentinel).Publish();
        await Until(() => Api.Find("secretproviderclasspodstatuses", Sentinel, $"{pod}-{Sentinel}-{Sentinel}") is not null, "the sentinel's status");
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        await Api.DisposeAsync();
        _state.Dispose();
        Assert.Empty(Rights.Missing);
    }
}
