using Csi.V1;
using Grpc.Core;

namespace ActorCsi.Tests.Driver;

/// <summary>A driver without a controller says so to those who ask it all the same, as csi-sanity does.</summary>
public class ControllerTests
{
    [Fact]
    public async Task ControllerGetCapabilities_NodeOnly_AreNone()
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);

        Assert.Empty((await new Controller.ControllerClient(channel).ControllerGetCapabilitiesAsync(new())).Capabilities);
    }

    [Theory]
    [InlineData("", 1, StatusCode.InvalidArgument, "volume_id")]
    [InlineData("v", 0, StatusCode.InvalidArgument, "volume_capabilities")]
    [InlineData("v", 1, StatusCode.NotFound, "there is no volume v")]
    public async Task ValidateVolumeCapabilities_IsRefused(string volumeId, int capabilities, StatusCode code, string says)
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);
        var request = new ValidateVolumeCapabilitiesRequest { VolumeId = volumeId };
        request.VolumeCapabilities.AddRange(Enumerable.Repeat(new VolumeCapability(), capabilities));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new Controller.ControllerClient(channel).ValidateVolumeCapabilitiesAsync(request));

        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(says, refusal.Status.Detail, StringComparison.Ordinal);
    }
}
