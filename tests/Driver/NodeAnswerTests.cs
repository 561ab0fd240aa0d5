using Csi.V1;
using CsiUsage = Csi.V1.VolumeUsage;
using Rpc = Csi.V1.NodeServiceCapability.Types.RPC.Types.Type;
using Unit = Csi.V1.VolumeUsage.Types.Unit;

namespace ActorCsi.Tests.Driver;

/// <summary>What the node service says of itself and of its volumes.</summary>
public class NodeAnswerTests
{
    private static readonly NodeGetVolumeStatsRequest Stats = new() { VolumeId = "csi-1", VolumePath = "/t/mount" };

    [Fact]
    public async Task GetCapabilities_DeclaresWhatKubeletActsOn()
    {
        await using var driver = await RunningDriver.Start();

        var answer = await driver.Call(node => node.NodeGetCapabilitiesAsync(new()));

        Assert.Equal(
            [Rpc.GetVolumeStats, Rpc.VolumeCondition, Rpc.SingleNodeMultiWriter, Rpc.VolumeMountGroup],
            answer.Capabilities.Select(capability => capability.Rpc.Type).Order());
    }

    [Fact]
    public async Task GetInfo_TellsTheNodeAndItsLimit()
    {
        await using var driver = await RunningDriver.Start(options => options with { MaxVolumesPerNode = 110 });

        var answer = await driver.Call(node => node.NodeGetInfoAsync(new()));

        Assert.Equal("node-1", answer.NodeId);
        Assert.Equal(110, answer.MaxVolumesPerNode);
        Assert.Null(answer.AccessibleTopology);
    }

    [Fact]
    public async Task GetVolumeStats_Serving_BytesInodesAndNormal()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnUsage = _ => new ActorCsi.VolumeUsage(1000, 300, 64, 7, Stale: null);

        var answer = await driver.Call(node => node.NodeGetVolumeStatsAsync(Stats));

        Assert.Equal(
            [
                new CsiUsage { Unit = Unit.Bytes, Total = 1000, Used = 300, Available = 700 },
                new CsiUsage { Unit = Unit.Inodes, Total = 64, Used = 7, Available = 57 },
            ],
            answer.Usage);
        Assert.False(answer.VolumeCondition.Abnormal);
        Assert.NotEmpty(answer.VolumeCondition.Message);
    }

    [Fact]
    public async Task GetVolumeStats_Stale_AbnormalWithTheReason()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnUsage = _ => new ActorCsi.VolumeUsage(1000, 300, 64, 7, Stale: "vault is sealed");

        var answer = await driver.Call(node => node.NodeGetVolumeStatsAsync(Stats));

        Assert.Equal(new VolumeCondition { Abnormal = true, Message = "vault is sealed" }, answer.VolumeCondition);
    }
}
