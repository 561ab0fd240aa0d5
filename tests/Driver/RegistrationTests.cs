using Grpc.Core;
using Microsoft.Extensions.Logging;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>A kubelet that finds the registration socket registers the driver, and goes on finding it.</summary>
public class RegistrationTests
{
    [Fact]
    public async Task GetInfo_EscapedAuthority_TellsWhereTheCsiSocketIs()
    {
        await using var driver = await RunningDriver.Start();

        var info = await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new InfoRequest()));

        Assert.Equal("CSIPlugin", info.Type);
        Assert.Equal(RunningDriver.Name, info.Name);
        Assert.Equal(driver.Socket, info.Endpoint);
        Assert.Equal(["1.0.0"], info.SupportedVersions);
    }

    /// <summary>Why the registration socket needs help, and the proof that these tests say what kubelet says.</summary>
    [Fact]
    public async Task PlainKestrel_EscapedAuthority_RefusesTheCall()
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket, Uri.EscapeDataString(driver.Socket));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new Csi.V1.Node.NodeClient(channel).NodeGetInfoAsync(new()));

        Assert.Contains("PROTOCOL_ERROR", refusal.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task GetInfo_KubeletSeesAnotherPath_TellsThatOne()
    {
        const string OnTheHost = "/var/lib/kubelet/plugins/x/csi.sock";
        await using var driver = await RunningDriver.Start(options => options with { KubeletEndpointPath = OnTheHost });

        var info = await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new InfoRequest()));

        Assert.Equal(OnTheHost, info.Endpoint);
    }

    [Fact]
    public async Task GetInfo_AskedForEver_IsAnsweredEachTime()
    {
        await using var driver = await RunningDriver.Start();

        for (var i = 0; i < 50; i++)
            Assert.Equal(RunningDriver.Name, (await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new InfoRequest()))).Name);
    }

    [Fact]
    public async Task NotifyRegistrationStatus_Refused_IsAnErrorInTheLogAndNothingElse()
    {
        await using var driver = await RunningDriver.Start();

        await Kubelet.Registration(driver.RegistrationSocket,
            registration => registration.NotifyRegistrationStatusAsync(new RegistrationStatus { Error = "the name is taken" }));

        Assert.Single(driver.Log.At(LogLevel.Error), line => line.Contains("the name is taken", StringComparison.Ordinal));
        Assert.NotNull(await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new InfoRequest())));
    }

    [Fact]
    public async Task Start_NoRegistrationDirectory_OpensNoSuchSocket()
    {
        await using var driver = await RunningDriver.Start(options => options with { RegistrationDirectory = null });

        Assert.Null(driver.Options.RegistrationSocketPath);
        Assert.Equal("node-1", (await driver.Call(node => node.NodeGetInfoAsync(new()))).NodeId);
    }

    /// <summary>Each socket serves what it is for: who may register plugins may not mount volumes.</summary>
    [Fact]
    public async Task RegistrationSocket_NodeCall_IsUnimplemented()
    {
        await using var driver = await RunningDriver.Start();

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Kubelet.Node(driver.RegistrationSocket, node => node.NodeGetInfoAsync(new())));

        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
    }
}
