using Csi.V1;
using Grpc.Core;

namespace ActorCsi.Tests.Driver;

/// <summary>The other calls of the node service refuse what they cannot use, by the field's name.</summary>
public class SpoiledRequestTests
{
    [Theory]
    [InlineData("", "/t/mount", "volume_id")]
    [InlineData(" ", "/t/mount", "volume_id")]
    [InlineData("v", "", "target_path")]
    [InlineData("v", "t/mount", "target_path")]
    [InlineData("v", "/t/../mount", "target_path")]
    [InlineData("v", "/", "target_path")]
    public async Task Unpublish_Spoiled_IsRefusedByName(string volumeId, string target, string says)
    {
        await using var driver = await RunningDriver.Start();

        var refusal = await driver.Refusal(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = volumeId, TargetPath = target }));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains(says, refusal.Detail, StringComparison.Ordinal);
        Assert.Empty(driver.Volumes.Told);
    }

    [Theory]
    [InlineData("", "/t/mount", "volume_id")]
    [InlineData("v", "", "volume_path")]
    [InlineData("v", "/", "volume_path")]
    public async Task GetVolumeStats_Spoiled_IsRefusedByName(string volumeId, string path, string says)
    {
        await using var driver = await RunningDriver.Start();

        var refusal = await driver.Refusal(node => node.NodeGetVolumeStatsAsync(new() { VolumeId = volumeId, VolumePath = path }));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains(says, refusal.Detail, StringComparison.Ordinal);
        Assert.Empty(driver.Volumes.Told);
    }

    [Theory]
    [InlineData("/t/mount")]
    [InlineData("some/path")] // as csi-sanity has it
    public async Task GetVolumeStats_NotPublishedThere_IsNotFound(string path)
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnUsage = _ => null;

        var refusal = await driver.Refusal(node => node.NodeGetVolumeStatsAsync(new() { VolumeId = "csi-1", VolumePath = path }));

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
        Assert.Contains("csi-1", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StageUnstageExpand_AreUnimplementedAndSaySo()
    {
        await using var driver = await RunningDriver.Start();

        Status[] refusals =
        [
            await driver.Refusal(node => node.NodeStageVolumeAsync(new NodeStageVolumeRequest { VolumeId = "v" })),
            await driver.Refusal(node => node.NodeUnstageVolumeAsync(new NodeUnstageVolumeRequest { VolumeId = "v" })),
            await driver.Refusal(node => node.NodeExpandVolumeAsync(new NodeExpandVolumeRequest { VolumeId = "v" })),
        ];

        Assert.All(refusals, refusal => Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode));
        Assert.All(refusals, refusal => Assert.Contains("NodeGetCapabilities", refusal.Detail, StringComparison.Ordinal));
    }
}
