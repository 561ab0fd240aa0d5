namespace ActorCsi.Tests.EndToEnd;

/// <summary>fsGroup: kubelet hands it over as volume_mount_group, and who is in that group reads, and nobody else.</summary>
public sealed class GroupTests
{
    [MountFact(Needs.Root)]
    public async Task Publish_WithGroup_ItsMembersReadAndNobodyElse()
    {
        using var node = new TestNode();
        node.AddClass("token", "token", "objects: \"- {audience: vault, path: token, mode: 0o400}\"");
        await node.Start();
        var volume = node.Volume("token");
        volume.Request.VolumeCapability.Mount.VolumeMountGroup = "2000";

        await volume.Publish();

        var file = Path.Combine(volume.Target, "token");
        Assert.Equal("0 2000 440\n", node.Run("stat", "-L", "-c", "%u %g %a", file));
        Assert.Equal(volume.Read("token"), ReadAs("--groups=2000"));
        var refusal = Assert.Throws<InvalidOperationException>(() => ReadAs("--clear-groups"));
        Assert.Contains("Permission denied", refusal.Message);

        string ReadAs(string groups) => node.Run("setpriv", "--reuid=12345", "--regid=12345", groups, "cat", file);
    }
}
