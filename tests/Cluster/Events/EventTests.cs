namespace ActorCsi.Tests.Cluster.Events;

/// <summary>Users of a pod are told what they must mend, once, and not of what passes by itself.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task Refresh_StoreSaysNo_IsToldAtOnceAndCountedOnTheSameEvent()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        node.Store.Failure = new VolumeException(VolumeError.ProviderDenies, "role 'app' may not read 'db'");

        await volume.PublishNews();
        await node.Until(() => node.Events.Any());
        var (reason, count, message) = Assert.Single(node.Events);
        Assert.Equal(("SecretRotationFailed", 1), (reason, count));
        Assert.Contains("role 'app' may not read 'db'", message);
        for (var i = 0; i < 3; i++)
            await volume.PublishNews();
        await node.Settle();
        Assert.Single(EventWrites(node));

        node.Time.Advance(TimeSpan.FromMinutes(10));
        await node.Until(() => Assert.Single(node.Events).Count > 3);
        Assert.Equal(["create", "patch"], EventWrites(node));
    }

    [Fact]
    public async Task Refresh_StoreIsAway_IsToldWhenItLasts()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        node.Store.Failure = new VolumeException(VolumeError.ProviderUnavailable, "no route to the store");

        await volume.PublishNews();
        await node.Settle();
        node.Time.Advance(TimeSpan.FromMinutes(4));
        await node.Settle();
        Assert.Empty(node.Events);
        node.Time.Advance(TimeSpan.FromMinutes(2));
        await node.Until(() => node.Events.Any());

        Assert.Contains("no route to the store", Assert.Single(node.Events).Message);
    }

    [Fact]
    public async Task Refresh_StoreIsBackInTime_NothingIsTold()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        node.Store.Failure = new VolumeException(VolumeError.ProviderUnavailable, "no route to the store");
        await volume.PublishNews();
        await node.Settle();

        node.Store.Failure = null;
        await volume.PublishNews();
        await node.Settle();
        node.Time.Advance(TimeSpan.FromMinutes(20));
        await node.Settle();

        Assert.Empty(node.Events);
    }

    /// <summary>kubelet was told, and tells the pod: FailedMount.</summary>
    [Fact]
    public async Task Publish_FirstFails_NoEventOfOurOwn()
    {
        await using var node = await ClusterNode.StartWithClass();
        node.Store.Failure = new VolumeException(VolumeError.ProviderDenies, "no");

        await Assert.ThrowsAsync<VolumeException>(() => node.Volume("web-0", "database").Publish());
        node.Store.Failure = null;
        await node.Settle();

        Assert.Empty(node.Writes);
    }

    [Fact]
    public async Task Restart_SameTroubleAgain_IsTheSameEvent()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        node.Store.Failure = new VolumeException(VolumeError.ProviderDenies, "no");
        await volume.PublishNews();
        await node.Until(() => node.Events.Any());

        await node.Restart();
        await volume.PublishNews();
        await node.Until(() => EventWrites(node).Count() == 3);

        Assert.Equal(["create", "create", "patch"], EventWrites(node));
        Assert.Single(node.Events);
    }

    private static IEnumerable<string> EventWrites(ClusterNode node) => node.Writes.Where(write => write.Resource == "events").Select(write => write.Verb);
}
