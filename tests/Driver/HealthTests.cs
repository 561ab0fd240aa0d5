using System.Net.Sockets;
using ActorCsi.Testing;
using Csi.V1;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>A driver is alive while its CSI socket answers, and ready once kubelet has registered it. What providers do has no say.</summary>
public class HealthTests
{
    [Fact]
    public async Task Live_SocketAnswers_NothingIsWrong()
    {
        await using var driver = await RunningDriver.Start();

        Assert.Empty(await driver.Faults(RunningDriver.Live));
    }

    /// <summary>The livenessprobe sidecar asks this, on the same socket.</summary>
    [Fact]
    public async Task Probe_OnTheCsiSocket_IsReady()
    {
        await using var driver = await RunningDriver.Start();
        using var channel = Kubelet.Connect(driver.Socket);

        Assert.True((await new Identity.IdentityClient(channel).ProbeAsync(new()).ResponseAsync.Soon()).Ready);
    }

    [Fact]
    public async Task Live_SocketIsGone_SaysWhichOne()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.Socket);

        Assert.Equal([$"csi-socket: {driver.Socket} does not answer: Unavailable"], await driver.Faults(RunningDriver.Live));
    }

    /// <summary>A process that hangs takes connections all the same: the kernel does it for it.</summary>
    [Fact]
    public async Task Live_SocketTakesConnectionsAndIsSilent_SaysSoAfterThreeSeconds()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.Socket);
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(driver.Socket));
        silent.Listen();

        var faults = driver.Faults(RunningDriver.Live);
        using var connection = await silent.AcceptAsync().Soon();
        driver.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal([$"csi-socket: {driver.Socket} does not answer within 3 s"], await faults);
    }

    [Fact]
    public async Task Live_SocketHangsUp_SaysSo()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.Socket);
        using var rude = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        rude.Bind(new UnixDomainSocketEndPoint(driver.Socket));
        rude.Listen();

        var faults = driver.Faults(RunningDriver.Live);
        (await rude.AcceptAsync().Soon()).Dispose();

        Assert.Contains("does not answer: ", Assert.Single(await faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_SocketIsMadeAgain_NothingIsWrongAnyMore()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.Socket);

        driver.Time.Advance(TimeSpan.FromSeconds(5));
        await driver.Log.Holds("is back");

        Assert.Empty(await driver.Faults(RunningDriver.Live));
    }

    [Fact]
    public async Task Ready_NotRegisteredYet_SaysSo()
    {
        await using var driver = await RunningDriver.Start();

        Assert.Equal(["registration: kubelet has not registered the driver yet"], await driver.Faults(RunningDriver.Ready));
    }

    [Fact]
    public async Task Ready_Registered_NothingIsWrong()
    {
        await using var driver = await RunningDriver.Start();

        await Notify(driver, new RegistrationStatus { PluginRegistered = true });

        Assert.Empty(await driver.Faults(RunningDriver.Ready));
    }

    [Fact]
    public async Task Ready_RegistrationRefused_SaysWhy()
    {
        await using var driver = await RunningDriver.Start();
        await Notify(driver, new RegistrationStatus { PluginRegistered = true });

        await Notify(driver, new RegistrationStatus { Error = "the name is taken" });

        Assert.Equal(["registration: kubelet refuses to register the driver: the name is taken"], await driver.Faults(RunningDriver.Ready));
    }

    /// <summary>A node-driver-registrar sidecar registers, and tells the driver nothing of it.</summary>
    [Fact]
    public async Task Ready_SidecarRegisters_NothingIsWrong()
    {
        await using var driver = await RunningDriver.Start(options => options with { RegistrationDirectory = null });

        Assert.Empty(await driver.Faults(RunningDriver.Ready));
    }

    private static Task<RegistrationStatusResponse> Notify(RunningDriver driver, RegistrationStatus status)
        => Kubelet.Registration(driver.RegistrationSocket, registration => registration.NotifyRegistrationStatusAsync(status));
}
