namespace ActorCsi.Tests.EndToEnd;

/// <summary>A restart asks no one: what is mounted is served before, during and after, and goes on being refreshed.</summary>
public sealed class RestartTests
{
    private const int Many = 200;

    [MountFact]
    public async Task Restart_ManyVolumes_AllAreServedAsBeforeAndNoProviderIsAsked()
    {
        using var node = new TestNode();
        node.KeepStateInMemory();
        node.AddClass("certificate", "pki", "duration: 12s");
        await using var plugin = await node.AddPlugin("vault");
        plugin.Answers(request => FakePlugin.Bundle("1", ("secret", $"for {request.TargetPath}")));
        await node.Start();
        var volumes = Enumerable.Range(0, Many).Select(i => node.Volume("vault", $"pod-{i}")).ToArray();
        await Parallel.ForEachAsync(volumes, async (volume, giveUp) => await volume.Publish(giveUp));
        var certificate = node.Volume("certificate");
        await certificate.Publish();
        var before = volumes.Select(volume => node.Mount(volume.Target)!.Id).ToArray();

        await node.Driver.Kill();
        CheckAllServe();
        await node.Restart();
        CheckAllServe();

        var listed = (await node.ListVolumes()).Where(volume => volume.Provider == "vault").ToArray();
        Assert.Equal(volumes.Select(volume => volume.Id).Order(StringComparer.Ordinal), listed.Select(volume => volume.VolumeId).Order(StringComparer.Ordinal));
        Assert.All(listed, volume => Assert.Equal(nameof(VolumeState.Serving), volume.State));
        Assert.All(listed, volume => Assert.NotNull(volume.RefreshAt));
        foreach (var volume in volumes)
            await volume.Publish(); // kubelet's next round finds nothing due
        Assert.Equal(Many, plugin.Mounts.Count);

        var shown = certificate.Read("tls.crt"); // nobody asks, and yet it is renewed
        await Until.Holds(() => certificate.Read("tls.crt") != shown, "the certificate to be renewed");

        foreach (var volume in volumes.Append(certificate))
            await volume.Unpublish();
        Assert.Empty(node.Memory());

        void CheckAllServe()
        {
            Assert.Equal(before, volumes.Select(volume => node.Mount(volume.Target)?.Id));
            Assert.All(volumes, volume => Assert.Equal($"for {volume.Target}", volume.Read("secret")));
        }
    }

    /// <summary>Where nothing secret is kept, a plugin is not asked without what it would need to know the pod.</summary>
    [MountFact]
    public async Task Restart_StateOnDisk_SaysWhatItCostsAndAsksAgainWithKubeletsNextPublish()
    {
        using var node = new TestNode("--rotation-poll-interval", "3s");
        await using var plugin = await node.AddPlugin("vault");
        await node.Start();
        await node.Driver.WaitForLine("is on a disk, so tokens and secrets are not kept");
        var volume = node.Volume("vault");
        await volume.Publish();
        var before = volume.View();

        await node.Driver.Kill();
        var asked = plugin.Mounts.Count;
        await node.Restart();
        await Until.Holds(async () => (await volume.Condition()).Abnormal, "a refresh to be due");
        Assert.Contains("kubelet brings them with its next publish", (await volume.Condition()).Message);
        Assert.Equal(asked, plugin.Mounts.Count);

        await volume.Publish();
        Assert.False((await volume.Condition()).Abnormal);
        Assert.Equal(plugin.Mounts[0].Secrets, plugin.Mounts[^1].Secrets);
        volume.View().CheckSameAs(before);
    }

    [MountFact]
    public async Task Restart_StateOnDisk_KubeletsNextPublishIsNoReasonToAsk()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        await node.Start();
        var volume = node.Volume("vault");
        await volume.Publish();

        await node.KillAndRestart();
        await volume.Publish();

        Assert.Single(plugin.Mounts);
        Assert.False((await volume.Condition()).Abnormal);
    }

    [MountFact]
    public async Task Terminate_CallInFlight_IsFinishedFirstAndMountsStay()
    {
        using var node = new TestNode();
        node.KeepStateInMemory();
        await using var plugin = await node.AddPlugin("vault");
        var released = plugin.Holds(("secret", "content"));
        await node.Start();
        var volume = node.Volume("vault");
        var publish = volume.Publish();
        await plugin.Arrives();

        node.Driver.Terminate();
        await Until.Holds(() => !File.Exists(node.Socket), "the socket to be closed");
        released.SetResult();

        await publish.Soon();
        Assert.Equal(0, await node.Driver.WaitForEnd());
        Assert.Equal("content", volume.Read("secret"));

        await node.Restart();
        await volume.Publish();
        Assert.Single(plugin.Mounts);
    }

    [MountFact]
    public async Task Terminate_PluginHangs_EndsWithinTheBoundAndTheNextRunClearsUp()
    {
        using var node = new TestNode("--drain-timeout", "1s", "--provider-timeout", "10m");
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "content")).Then.Hangs();
        await node.Start();
        var (served, hanging) = (node.Volume("vault", "served"), node.Volume("vault", "hanging"));
        await served.Publish();
        await plugin.Arrives();
        var before = served.View();
        var publish = hanging.Publish();
        await plugin.Arrives();

        node.Driver.Terminate();

        Assert.Equal(0, await node.Driver.WaitForEnd().Soon());
        await Assert.ThrowsAsync<RpcException>(() => publish);
        served.View().CheckSameAs(before);
        await node.Restart();
        hanging.CheckNothingIsLeft();
        served.View().CheckSameAs(before);
    }

    [MountFact]
    public async Task Start_AnotherDriverHasTheStateDirectory_SaysSoAndHarmsNothing()
    {
        using var node = new TestNode();
        node.AddClass("certificate", "pki");
        await node.Start();
        var volume = node.Volume("certificate");

        var second = node.Begin();

        Assert.Equal(1, await second.WaitForEnd());
        Assert.Contains($"actorcsi: --state-dir {node.State} is in use", second.Log);
        Assert.DoesNotContain("   at ", second.Log); // no stack trace
        await volume.Publish();
        volume.View().CheckIsPair();
    }
}
