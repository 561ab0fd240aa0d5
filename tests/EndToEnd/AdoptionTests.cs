namespace ActorCsi.Tests.EndToEnd;

/// <summary>A node moves over from another driver while pods run: docs/decisions/0006-what-another-driver-mounted-is-taken-over.md.</summary>
public sealed class AdoptionTests
{
    [MountFact]
    public async Task Publish_AnotherDriverHasMounted_TakesOverWithoutMounting()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Fails(StatusCode.Unavailable, "not today").Then.Gives(("secret", "ours"));
        await node.Start();
        var volume = node.Volume("vault");
        node.Run("sh", "-ec", """
            mkdir -p "$0" && mount -t tmpfs tmpfs "$0" && cd "$0"
            mkdir ..2026_01_01_00_00_00.1 && printf theirs > ..2026_01_01_00_00_00.1/secret
            ln -s ..2026_01_01_00_00_00.1 ..data && ln -s ..data/secret secret
            """, volume.Target);
        var before = volume.View();

        await volume.Publish();
        volume.View().CheckSameAs(before);
        Assert.Contains("not today", (await volume.Condition()).Message);
        await node.KillAndRestart();
        volume.View().CheckSameAs(before);

        await volume.Republish();
        Assert.Equal("ours", volume.Read("secret"));
        Assert.Equal(before.Mount, volume.View().Mount);
        Assert.False((await volume.Condition()).Abnormal);

        await volume.Unpublish();
        volume.CheckNothingIsLeft();
    }

    /// <summary>What a driver leaves that was killed in the middle of a first publish.</summary>
    [MountFact]
    public async Task Publish_AnotherDriverHasMountedAndNotWritten_IsNotOkBeforeThereIsContent()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Fails(StatusCode.Unavailable).Then.Gives(("secret", "ours"));
        await node.Start();
        var volume = node.Volume("vault");
        node.Run("sh", "-ec", "mkdir -p \"$0\" && mount -t tmpfs tmpfs \"$0\"", volume.Target);
        var mount = node.Mount(volume.Target);

        await Assert.ThrowsAsync<RpcException>(() => volume.Publish());
        Assert.Equal(mount!.Id, node.Mount(volume.Target)?.Id);
        await volume.Publish();

        Assert.Equal("ours", volume.Read("secret"));
        Assert.Equal(mount.Id, volume.View().Mount);
    }
}
