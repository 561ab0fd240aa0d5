using ActorCsi.Testing;
using Grpc.Core;

namespace ActorCsi.Tests.Driver;

/// <summary>A driver that is told to stop takes no new calls and finishes those it has, within a bound.</summary>
public class DrainTests
{
    [Fact]
    public async Task Stop_Idle_RemovesTheSockets()
    {
        await using var driver = await RunningDriver.Start();

        await driver.Stop().Soon();

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(driver.Socket)!));
        Assert.Empty(Directory.EnumerateFileSystemEntries(driver.Options.RegistrationDirectory!));
    }

    [Fact]
    public async Task Stop_CallInFlight_IsFinished()
    {
        await using var driver = await RunningDriver.Start();
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        driver.Volumes.OnPublish = (_, _) =>
        {
            begun.SetResult();
            return goOn.Task;
        };
        var call = driver.Call(node => node.NodePublishVolumeAsync(Recording.Publish()));
        await begun.Task.Soon();

        var stopped = driver.Stop();
        await driver.Time.WhenArmed(driver.Options.DrainTimeout).Soon();
        Assert.False(File.Exists(driver.Socket));
        Assert.False(File.Exists(driver.RegistrationSocket));
        Assert.False(stopped.IsCompleted);
        goOn.SetResult();

        Assert.NotNull(await call);
        await stopped.Soon();
    }

    [Fact]
    public async Task Stop_CallBeyondTheBound_IsCutOff()
    {
        await using var driver = await RunningDriver.Start();
        var (begun, cancelled) = driver.Volumes.HangOnPublish();
        var call = Assert.ThrowsAsync<RpcException>(() => driver.Call(node => node.NodePublishVolumeAsync(Recording.Publish())));
        await begun.Soon();

        var stopped = driver.Stop();
        await driver.Time.WhenArmed(driver.Options.DrainTimeout).Soon();
        driver.Time.Advance(driver.Options.DrainTimeout);

        await stopped.Soon();
        await cancelled.Soon();
        await call;
    }

    /// <summary>In a rolling update the new driver may be there before the old one is gone.</summary>
    [Fact]
    public async Task Stop_SocketIsAnotherDriversByNow_StaysThere()
    {
        using var directory = new TemporaryDirectory();
        await using var old = await RunningDriver.Start(directory: directory);
        await using var successor = await RunningDriver.Start(directory: directory);

        await old.Stop().Soon();

        Assert.Equal("node-1", (await successor.Call(node => node.NodeGetInfoAsync(new()))).NodeId);
    }
}
