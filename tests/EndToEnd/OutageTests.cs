using System.Diagnostics;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>
/// Plugins that die, hang or come back, and a driver that dies meanwhile. The peer fails in three of these: killed during a first publish it answers the
/// retry with OK and an empty volume, after a failed first publish it answers the retry with OK and mounts nothing, and with its plugin dead it
/// hangs until the caller's deadline.
/// </summary>
public sealed class OutageTests
{
    [MountFact]
    public async Task Publish_DriverKilledDuringTheFirst_RetryIsNeverOkAndEmpty()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Hangs().Then.Fails(StatusCode.Unavailable).Then.Gives(("secret", "content"));
        await node.Start();
        var volume = node.Volume("vault");

        var first = volume.Publish();
        await plugin.Arrives();
        Assert.True(volume.IsMounted);
        await node.Driver.Kill();
        await Assert.ThrowsAsync<RpcException>(() => first);
        await node.Start(); // and no waiting for it to have looked after its volumes: kubelet does not wait either

        await Assert.ThrowsAsync<RpcException>(() => volume.Publish());
        volume.CheckNothingIsLeft();
        await volume.Publish();
        Assert.Equal("content", volume.Read("secret"));
    }

    [MountFact]
    public async Task Publish_FirstFailed_RetryMounts()
    {
        using var node = new TestNode("--enable-secret-rotation", "--rotation-poll-interval", "10m");
        await using var plugin = await node.AddPlugin("vault");
        plugin.Fails(StatusCode.Unavailable).Then.Gives(("secret", "content"));
        await node.Start();
        var volume = node.Volume("vault");

        await Assert.ThrowsAsync<RpcException>(() => volume.Publish());
        Assert.False(volume.IsMounted);
        await volume.Publish();

        Assert.True(volume.IsMounted);
        Assert.Equal("content", volume.Read("secret"));
    }

    [MountFact]
    public async Task Publish_PluginDead_IsAnsweredAtOnceAndHealsWhenItComesBack()
    {
        using var node = new TestNode();
        var plugin = await node.AddPlugin("vault");
        await node.Start();
        var (served, late) = (node.Volume("vault", "served"), node.Volume("vault", "late"));
        await served.Publish();
        var before = served.View();
        await plugin.Crash();
        Assert.True(File.Exists(plugin.Socket));

        var watch = Stopwatch.StartNew();
        var refusal = await Assert.ThrowsAsync<RpcException>(() => late.Publish());
        await served.Republish();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}, and the provider's time-out is 30 s");

        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
        late.CheckNothingIsLeft();
        served.View().CheckSameAs(before);
        Assert.True((await served.Condition()).Abnormal);

        File.Delete(plugin.Socket);
        await using var successor = await node.AddPlugin("vault");
        await late.Publish();
        await served.Republish();
        Assert.False((await served.Condition()).Abnormal);
    }

    /// <summary>One that speaks gRPC and does not answer, one that takes a connection and says nothing, one that does not even take it.</summary>
    [MountFact]
    public async Task Publish_PluginsHang_OthersAreServedMeanwhile()
    {
        using var node = new TestNode("--provider-timeout", "8s");
        await using var wordless = await node.AddPlugin("wordless");
        wordless.Hangs();
        using var mute = RawPlugin.Mute(node.Plugins, "mute");
        using var silent = RawPlugin.Silent(node.Plugins, "silent");
        await using var sound = await node.AddPlugin("sound");
        node.AddClass("mute", "mute");
        node.AddClass("silent", "silent");
        node.AddClass("token", "token");
        await node.Start();

        PodVolume[] hanging = [node.Volume("wordless"), node.Volume("mute"), node.Volume("silent")];
        var answers = hanging.Select(volume => volume.Publish()).ToArray();
        await wordless.Arrives();
        for (var i = 0; i < 10; i++)
        {
            await node.Volume("token", $"token-{i}").Publish();
            await node.Volume("sound", $"sound-{i}").Publish();
        }

        Assert.DoesNotContain(answers, answer => answer.IsCompleted);
        foreach (var answer in answers)
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(() => answer.Soon());
            Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
            Assert.Contains("did not answer within 8 s", refusal.Status.Detail);
        }
        Assert.All(hanging, volume => volume.CheckNothingIsLeft());
    }

    [MountFact]
    public async Task Republish_PluginHangs_IsOkWithinTheTimeOut()
    {
        using var node = new TestNode("--provider-timeout", "2s");
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "content")).Then.Hangs();
        await node.Start();
        var volume = node.Volume("vault");
        await volume.Publish();
        var before = volume.View();

        await volume.Republish().Soon();

        volume.View().CheckSameAs(before);
        Assert.Contains("did not answer within 2 s", (await volume.Condition()).Message);
    }
}
