using ActorCsi.Driver;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Driver;

/// <summary>A socket that somebody takes away comes back by itself, and the driver with it.</summary>
public class SocketRenewalTests
{
    [Fact]
    public async Task Renewal_FileRemoved_ComesBackPrivate()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.RegistrationSocket);

        await Renewed(driver, driver.RegistrationSocket);

        Assert.Equal(RunningDriver.Name, (await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()))).Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(driver.RegistrationSocket));
    }

    [Fact]
    public async Task Renewal_CsiSocketRemoved_ComesBack()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.Socket);

        await Renewed(driver, driver.Socket);

        await driver.Call(node => node.NodePublishVolumeAsync(Recording.Publish()));
    }

    [Fact]
    public async Task Renewal_FileReplaced_IsTakenBack()
    {
        await using var driver = await RunningDriver.Start();
        File.Delete(driver.RegistrationSocket);
        await File.WriteAllTextAsync(driver.RegistrationSocket, "not a socket");

        await Renewed(driver, driver.RegistrationSocket);

        Assert.Equal(RunningDriver.Name, (await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()))).Name);
    }

    /// <summary>As after a node's clean-up, or a kubelet that is set up anew.</summary>
    [Fact]
    public async Task Renewal_DirectoryRemoved_ComesBackWithIt()
    {
        await using var driver = await RunningDriver.Start();
        Directory.Delete(driver.Options.RegistrationDirectory!, recursive: true);

        await Renewed(driver, driver.RegistrationSocket);

        Assert.Equal(RunningDriver.Name, (await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()))).Name);
    }

    [Fact]
    public async Task Renewal_Again_ComesBackAgain()
    {
        await using var driver = await RunningDriver.Start();
        for (var i = 0; i < 3; i++)
        {
            File.Delete(driver.RegistrationSocket);
            await Renewed(driver, driver.RegistrationSocket);
            driver.Log.Clear();
        }

        Assert.Equal(RunningDriver.Name, (await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()))).Name);
    }

    [Fact]
    public async Task Renewal_CannotBeMade_IsTriedUntilItCan()
    {
        await using var driver = await RunningDriver.Start();
        var directory = driver.Options.RegistrationDirectory!;
        Directory.Delete(directory, recursive: true);
        await File.WriteAllTextAsync(directory, "in the way");

        driver.Time.Advance(GrpcSocket.LookEvery);
        await driver.Log.Holds($"{driver.RegistrationSocket} cannot be made again");
        File.Delete(directory);

        await Renewed(driver, driver.RegistrationSocket);
        Assert.Equal(RunningDriver.Name, (await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()))).Name);
    }

    /// <summary>A publish that takes a minute is none the worse for a socket that went meanwhile.</summary>
    [Fact]
    public async Task Renewal_CallInFlight_IsAnswered()
    {
        await using var driver = await RunningDriver.Start();
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        driver.Volumes.OnPublish = (_, _) =>
        {
            begun.TrySetResult();
            return goOn.Task;
        };
        var call = driver.Call(node => node.NodePublishVolumeAsync(Recording.Publish()));
        await begun.Task.Soon();

        File.Delete(driver.Socket);
        await Renewed(driver, driver.Socket);
        goOn.SetResult();

        Assert.NotNull(await call);
    }

    [Fact]
    public async Task Look_NothingGone_ChangesNothing()
    {
        await using var driver = await RunningDriver.Start();
        var made = File.GetCreationTimeUtc(driver.RegistrationSocket);

        for (var i = 0; i < 10; i++)
            driver.Time.Advance(GrpcSocket.LookEvery);
        await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()));

        Assert.Equal(made, File.GetCreationTimeUtc(driver.RegistrationSocket));
        Assert.DoesNotContain(driver.Log.All, line => line.Contains("made again", StringComparison.Ordinal));
    }

    private static async Task Renewed(RunningDriver driver, string socket)
    {
        driver.Time.Advance(GrpcSocket.LookEvery);
        await driver.Log.Holds($"the socket {socket} is back");
    }
}
