using System.Reflection;

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
    private static readonly MethodInfo[] Promises = [.. typeof(ApiContract).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: false))];

    [RealServerFact]
    public async Task TheWholeContract_Holds() => Assert.Empty(await Failures(Environment.GetEnvironmentVariable("KUBECONFIG")!));

    /// <summary>The way to a real server, gone with the fake's kubeconfig: that each promise is asked for, and that nothing is left behind.</summary>
    [Fact]
    public async Task TheWholeContract_AgainstTheFakesKubeConfig_HoldsAndLeavesNothing()
    {
        await using var cluster = await FakeCluster.Start();
        using var directory = new TemporaryDirectory();

        Assert.Empty(await Failures(directory.Write("config", cluster.KubeConfig())));

        Assert.True(cluster.Requests.Count > Promises.Length);
        Assert.Empty(cluster.All("secrets"));
    }

    private static async Task<List<string>> Failures(string kubeConfig)
    {
        var failures = new List<string>();
        foreach (var promise in Promises)
        {
            var server = new RealServer(kubeConfig);
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
        return failures;
    }

    private sealed class RealServer(string kubeConfig) : ApiContract
    {
        protected override Task<ClusterAccess> Connect() => Task.FromResult(KubeConfig.Read(kubeConfig, TimeProvider.System));
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
