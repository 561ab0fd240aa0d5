using System.Net.Sockets;
using ActorCsi.Driver;

namespace ActorCsi.Tests.Driver;

/// <summary>Doors are private before they open, and are seen only when somebody is behind them.</summary>
public sealed class PrivateSocketTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Start_AllSockets_AreTheOwnersOnly()
    {
        await using var driver = await RunningDriver.Start();

        foreach (var socket in new[] { driver.Socket, driver.RegistrationSocket, driver.Options.AdminSocketPath! })
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(socket));
    }

    [Fact]
    public async Task Start_NoDirectory_IsMadeForTheOwnerOnly()
    {
        await using var driver = await RunningDriver.Start();

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(driver.Socket)!));
    }

    [Fact]
    public async Task Start_DirectoryExists_KeepsItsMode()
    {
        const UnixFileMode AsKubeletMakesIt = OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(_directory["plugins_registry"], AsKubeletMakesIt);
        await using var driver = await RunningDriver.Start(directory: _directory);

        Assert.Equal(AsKubeletMakesIt, File.GetUnixFileMode(_directory["plugins_registry"]));
    }

    [Fact]
    public void Bind_NotShownYet_NobodySeesOrReachesIt()
    {
        using var socket = PrivateSocket.Bind(_directory["csi.sock"]);

        Assert.False(File.Exists(_directory["csi.sock"]));
        var file = Assert.Single(Directory.EnumerateFiles(_directory.Path));
        Assert.StartsWith(".", Path.GetFileName(file), StringComparison.Ordinal); // kubelet passes over those
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Throws<SocketException>(() => caller.Connect(new UnixDomainSocketEndPoint(file)));
    }

    [Fact]
    public async Task Start_SocketOfADeadProcess_IsReplaced()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            Directory.CreateDirectory(_directory["plugins"]);
            dead.Bind(new UnixDomainSocketEndPoint(_directory["plugins/.left"]));
            File.Move(_directory["plugins/.left"], _directory["plugins/csi.sock"]); // a process that is killed leaves its file
        }
        Assert.True(File.Exists(_directory["plugins/csi.sock"]));

        await using var driver = await RunningDriver.Start(directory: _directory);

        Assert.Equal("node-1", (await driver.Call(node => node.NodeGetInfoAsync(new()))).NodeId);
    }

    [Fact]
    public async Task Start_KilledWhileBinding_TheHiddenNameIsFreed()
    {
        Directory.CreateDirectory(_directory["plugins"]);
        await File.WriteAllTextAsync(_directory["plugins/.csi.sock"], "");

        await using var driver = await RunningDriver.Start(directory: _directory);

        Assert.Equal(["csi.sock"], Directory.EnumerateFileSystemEntries(_directory["plugins"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Start_LongestDriverNameInKubeletsDirectory_Fits()
    {
        // "/var/lib/kubelet/plugins_registry/" has 34 characters: so has this one, however long the temporary directory's name is.
        var registry = _directory[new string('r', 34 - 2 - _directory.Path.Length)];
        await using var driver = await RunningDriver.Start(
            options => options with { DriverName = new string('d', 63), RegistrationDirectory = registry }, _directory);

        var info = await Kubelet.Registration(driver.RegistrationSocket, registration => registration.GetInfoAsync(new()));
        Assert.Equal(63, info.Name.Length);
    }

    public void Dispose() => _directory.Dispose();
}
