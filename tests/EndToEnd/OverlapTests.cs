namespace ActorCsi.Tests.EndToEnd;

/// <summary>Calls for one volume take turns, and a pod's end never waits for a plugin.</summary>
public sealed class OverlapTests
{
    private const string LongerThanAnyTest = "10m";

    [MountFact]
    public async Task Unpublish_PublishAndItsRetryHangInThePlugin_DoesNotWaitAndNothingIsLeft()
    {
        using var node = new TestNode("--provider-timeout", LongerThanAnyTest, "-v", "2");
        await using var plugin = await node.AddPlugin("vault");
        plugin.Hangs();
        await node.Start();
        var volume = node.Volume("vault");

        var first = volume.Publish();
        await plugin.Arrives();
        var retry = volume.Publish();
        await Until.Holds(() => Count(node.Log, "NodePublishVolume csi-vault-volume of pod") == 2, "both publishes to have arrived");
        await volume.Unpublish().Soon();

        foreach (var publish in (Task[])[first, retry])
            Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(() => publish.Soon())).StatusCode);
        volume.CheckNothingIsLeft();
        Assert.Single(plugin.Mounts);
        Assert.Empty(await node.ListVolumes());
    }

    [MountFact]
    public async Task Publish_CallerGaveUpOnTheFirst_RetryIsServed()
    {
        using var node = new TestNode("--provider-timeout", LongerThanAnyTest);
        await using var plugin = await node.AddPlugin("vault");
        plugin.Hangs().Then.Gives(("secret", "content"));
        await node.Start();
        var volume = node.Volume("vault");
        using var patience = new CancellationTokenSource();

        var first = volume.Publish(patience.Token);
        await plugin.Arrives();
        var retry = volume.Publish();
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => first);
        await retry.Soon();
        Assert.Equal("content", volume.Read("secret"));
    }

    [MountFact]
    public async Task Publish_ManyAtOnceForOneVolume_OneMountAndOneFetch()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        var released = plugin.Holds(("secret", "content"));
        await node.Start();
        var volume = node.Volume("vault");

        var publishes = Enumerable.Range(0, 10).Select(_ => volume.Publish()).ToArray();
        await plugin.Arrives();
        released.SetResult();
        await Task.WhenAll(publishes).Soon();

        Assert.Single(plugin.Mounts);
        Assert.Equal("content", volume.Read("secret"));
        await volume.Unpublish();
        volume.CheckNothingIsLeft(); // so there was one mount and no more
    }

    private static int Count(string text, string words) => text.Split(words).Length - 1;
}
