using ActorCsi.Driver;
using Csi.V1;
using Grpc.Core;
using Grpc.Health.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>What sidecars ask: who the driver is and whether it serves.</summary>
public class IdentityTests
{
    [Fact]
    public async Task GetPluginInfo_TellsNameAndVersion()
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);

        var info = await new Identity.IdentityClient(channel).GetPluginInfoAsync(new());

        Assert.Equal(RunningDriver.Name, info.Name);
        Assert.Equal(CsiDriverOptions.Version, info.VendorVersion);
        Assert.Matches(@"^\d+\.\d+\.\d+", info.VendorVersion);
        Assert.StartsWith(info.VendorVersion, info.Manifest["build"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetPluginCapabilities_NodeOnly_AreNone()
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);

        Assert.Empty((await new Identity.IdentityClient(channel).GetPluginCapabilitiesAsync(new())).Capabilities);
    }

    /// <summary>The livenessprobe restarts a driver that says no: a provider's outage must never reach it.</summary>
    [Fact]
    public async Task Probe_EveryVolumeFails_IsReady()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(VolumeError.ProviderUnavailable, "vault is down");
        await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()));
        using var channel = Kubelet.Connect(driver.Socket);

        Assert.True((await new Identity.IdentityClient(channel).ProbeAsync(new())).Ready);
    }

    [Theory]
    [InlineData("")]
    [InlineData("csi.v1.Node")]
    [InlineData("csi.v1.Identity")]
    public async Task HealthCheck_WhatIsServed_IsServing(string service)
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);

        var answer = await new Health.HealthClient(channel).CheckAsync(new() { Service = service });

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task HealthCheck_WhatIsNot_IsNotFound()
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(channel).CheckAsync(new() { Service = "csi.v1.Controller" }));

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
    }
}
