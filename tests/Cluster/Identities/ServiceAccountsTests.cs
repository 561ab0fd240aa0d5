using System.Security.Cryptography.X509Certificates;
using ActorCsi.Cluster;
using ActorCsi.Cluster.Identities;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Testing;
using Microsoft.Extensions.Options;

namespace ActorCsi.Tests.Cluster.Identities;

/// <summary>What providers learn of service accounts and of the node: as the API server has it, seldom asked, and still known while it is away.</summary>
public sealed class ServiceAccountsTests : IAsyncLifetime, IDisposable
{
    private readonly VirtualTime _time = new();
    private FakeCluster _api = null!;
    private KubernetesClient _client = null!;
    private ServiceAccounts _accounts = null!;

    public async Task InitializeAsync()
    {
        _api = await FakeCluster.Start();
        _client = new KubernetesClient(
            new ClusterAccess
            {
                Server = _api.Address,
                Source = "the test",
                Token = Kubernetes.Access.TokenSource.Fixed(FakeCluster.DriverToken),
                Authorities = () => [X509Certificate2.CreateFromPem(_api.AuthorityPem)],
            },
            new KubernetesClientOptions { Repetitions = 0, FirstPause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        _accounts = new ServiceAccounts(_client, _time);
        SetRole("first");
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Annotations_AskedAgainWithinAMinute_AreAskedOnce()
    {
        Assert.Equal("first", await Role());
        SetRole("second");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(("first", 1), (await Role(), _api.Requests.Count));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("second", 2), (await Role(), _api.Requests.Count));
    }

    [Fact]
    public async Task Annotations_None_AreEmpty()
    {
        _api.Add("""{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "default", "name": "bare"}}""");
        Assert.Empty(await _accounts.Annotations("default", "bare", CancellationToken.None));
    }

    [Fact]
    public async Task Annotations_ServerIsAway_AreThoseOfBefore()
    {
        await Role();
        _time.Advance(TimeSpan.FromHours(1));
        _api.IsDown = true;
        Assert.Equal("first", await Role());
        var failure = await Assert.ThrowsAsync<VolumeException>(() => _accounts.Annotations("default", "other", CancellationToken.None));
        Assert.Equal(VolumeError.ClusterUnavailable, failure.Error);
        Assert.Contains("service account default/other cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Annotations_AccountIsGone_AreNotRemembered()
    {
        await Role();
        _api.Remove("serviceaccounts", "default", "web");
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(VolumeError.NotFound, (await Assert.ThrowsAsync<VolumeException>(Role)).Error);
        _api.IsDown = true;
        Assert.Equal(VolumeError.ClusterUnavailable, (await Assert.ThrowsAsync<VolumeException>(Role)).Error);
    }

    [Fact]
    public async Task Annotations_DriverMayNot_SaysWhichRightIsMissing()
    {
        _api.Allows = _ => false;
        var failure = await Assert.ThrowsAsync<VolumeException>(Role);
        Assert.Equal(VolumeError.ClusterUnavailable, failure.Error);
        Assert.Contains("must allow get of serviceaccounts", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_OfTheNode_AreReadOnce()
    {
        _api.Add("""{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-7", "labels": {"topology.kubernetes.io/region": "eu-west-1"}}}""");
        var node = Node("node-7");
        Assert.Equal("eu-west-1", (await node.Labels(CancellationToken.None))["topology.kubernetes.io/region"]);
        _api.IsDown = true;
        Assert.Equal("eu-west-1", (await node.Labels(CancellationToken.None))["topology.kubernetes.io/region"]);
    }

    [Fact]
    public async Task Labels_NoSuchNode_SaysWhereTheNameIsFrom()
    {
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Node("none").Labels(CancellationToken.None));
        Assert.Equal((VolumeError.NotFound, "there is no node none; --nodeid must be its name"), (failure.Error, failure.Message));
    }

    private NodeLabels Node(string name) => new(_client, Options.Create(new ClusterOptions { NodeId = name }));

    private async Task<string?> Role() => (await _accounts.Annotations("default", "web", CancellationToken.None))["role"];

    private void SetRole(string role)
        => _api.Add($$"""{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "default", "name": "web", "annotations": {"role": "{{role}}"} } }""");
}
