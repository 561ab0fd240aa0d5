namespace ActorCsi.Tests.Providers.Stores;

/// <summary>A promise that every store keeps: each test starts the one that its row names.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    private readonly List<ProviderTest> _nodes = [];

    private protected static readonly string[] Names = ["aws", "azure", "gcp", "vault"];

    public static TheoryData<string> Stores => [.. Names];

    /// <summary>A store with its node; the two objects hold <c>one</c> and <c>two</c>.</summary>
    private protected async Task<(IStore Store, ProviderTest Node)> Start(string name)
    {
        ProviderTest node = name switch
        {
            "aws" => new AwsStore(),
            "azure" => new AzureStore(),
            "gcp" => new GcpStore(),
            "vault" => new VaultStore(),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
        _nodes.Add(node);
        await node.InitializeAsync();
        return ((IStore)node, node);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
            node.Dispose();
        }
    }

    /// <summary>What the pod reads: both objects.</summary>
    private protected static (string First, string Second) Content(ProviderTest node, PodIdentity? pod = null)
        => (node.Files(pod)["first"], node.Files(pod)["second"]);
}
