namespace ActorCsi.Tests.Kubernetes;

/// <summary>A fake cluster and a client of it, whose clock and chance the test rules.</summary>
internal sealed class TestApi : IAsyncDisposable
{
    private readonly KubernetesClient _client;

    private TestApi(FakeCluster cluster, Func<VirtualTime, ClusterAccess> access)
    {
        Cluster = cluster;
        _client = new KubernetesClient(access(Time), new KubernetesClientOptions { Chance = () => 0 }, Time);
    }

    public FakeCluster Cluster { get; }

    public VirtualTime Time { get; } = new();

    public IKubernetes Api => _client;

    public static async Task<TestApi> Start()
    {
        var cluster = await FakeCluster.Start();
        using var directory = new TemporaryDirectory();
        var config = directory.Write("config", cluster.KubeConfig());
        return new TestApi(cluster, time => KubeConfig.Read(config, time));
    }

    public static async Task<TestApi> Start(Func<FakeCluster, VirtualTime, ClusterAccess> access)
    {
        var cluster = await FakeCluster.Start();
        return new TestApi(cluster, time => access(cluster, time));
    }

    public void AddSecret(string name) => Cluster.Add($$"""{"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "{{name}}" } }""");

    public Task<V1Secret> Get(string name, CallOptions? options = null, CancellationToken cancellationToken = default)
        => Api.Get(Resources.Secrets, "default", name, options, cancellationToken);

    public async Task<KubernetesException> GetFails(string name = "x") => await Assert.ThrowsAsync<KubernetesException>(() => Get(name).Soon());

    /// <summary>Waits until something waits for <paramref name="pause"/>, and lets that time pass.</summary>
    public async Task Pass(TimeSpan pause)
    {
        await Time.WhenArmed(pause).Soon();
        Time.Advance(pause);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Cluster.DisposeAsync();
    }
}
