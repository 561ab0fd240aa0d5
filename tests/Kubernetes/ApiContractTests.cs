namespace ActorCsi.Tests.Kubernetes;

/// <summary>The contract against the fake.</summary>
public sealed class FakeApiContractTests : ApiContract
{
    private FakeCluster _cluster = null!;

    protected override async Task<ClusterAccess> Connect()
    {
        _cluster = await FakeCluster.Start();
        using var directory = new TemporaryDirectory();
        return KubeConfig.Read(directory.Write("config", _cluster.KubeConfig()), TimeProvider.System);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}

/// <summary>The same contract against the cluster of <c>KUBECONFIG</c>'s current context: what the fake does is what a real server does.</summary>
public sealed class RealApiContractTests
{
    [RealServerFact]
    public async Task TheWholeContract_Holds()
    {
        var failures = new List<string>();
        foreach (var promise in typeof(ApiContract).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: false)))
        {
            var server = new RealServer();
            await server.InitializeAsync();
            try
            {
                await (Task)promise.Invoke(server, null)!;
            }
            catch (Exception e)
            {
                failures.Add($"{promise.Name}: {e.GetBaseException().Message}");
            }
            finally
            {
                await server.DisposeAsync();
            }
        }
        Assert.Empty(failures);
    }

    private sealed class RealServer : ApiContract
    {
        protected override Task<ClusterAccess> Connect()
            => Task.FromResult(KubeConfig.Read(Environment.GetEnvironmentVariable("KUBECONFIG")!, TimeProvider.System));
    }

    private sealed class RealServerFactAttribute : FactAttribute
    {
        public RealServerFactAttribute()
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")))
                Skip = "KUBECONFIG names no cluster";
        }
    }
}
