using ActorCsi.Fakes;
using ActorCsi.Grains.Providers.Pki;
using ActorCsi.Testing;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Providers.Pki;

/// <summary>The node's own authority is made once, outlives the process, and is nobody else's to read.</summary>
public sealed class LocalAuthorityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly VirtualTime _time = new();
    private readonly LogLines _log = new();

    public void Dispose() => _directory.Dispose();

    private string Pki => _directory["state/pki"];

    private LocalAuthority NewProcess() => new(Pki, _time, _log.For<LocalAuthority>());

    [Fact]
    public void Current_FirstTime_MakesOnePrivateFile()
    {
        Assert.False(Directory.Exists(Pki));
        var authority = NewProcess().Current();

        Assert.StartsWith("CN=ActorCsi local CA ", authority.Subject, StringComparison.Ordinal);
        Assert.Equal(["ca.pem"], Directory.GetFileSystemEntries(Pki).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Pki, "ca.pem")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Pki));
    }

    [Fact]
    public void Current_AfterARestart_IsTheSame()
        => Assert.Equal(NewProcess().Current().TrustedPem, NewProcess().Current().TrustedPem);

    [Fact]
    public async Task Current_ManyAtOnceInSeveralProcesses_MakeOne()
    {
        for (var round = 0; round < 10; round++)
        {
            using var start = new Barrier(8);
            var processes = Enumerable.Range(0, 2).Select(_ => NewProcess()).ToArray();
            var asked = Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait();
                return Convert.ToHexString(processes[i % 2].Current().TrustedPem);
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

            Assert.Single((await Task.WhenAll(asked)).Distinct());
            Assert.Equal(["ca.pem"], Directory.GetFileSystemEntries(Pki).Select(Path.GetFileName));
            Directory.Delete(Pki, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("torn")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIG")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")]
    public void Current_TornOrForeignFile_IsSetAsideAndReported(string content)
    {
        Directory.CreateDirectory(Pki);
        File.WriteAllText(Path.Combine(Pki, "ca.pem"), content);

        var made = NewProcess().Current();

        Assert.Equal(made.TrustedPem, NewProcess().Current().TrustedPem);
        Assert.Equal(content, File.ReadAllText(Path.Combine(Pki, $"ca.pem.unusable-{_time.GetUtcNow():yyyyMMddHHmmss}")));
        Assert.Contains(_log.At(LogLevel.Error), line => line.Contains("is set aside", StringComparison.Ordinal));
    }

    [Fact]
    public void Current_Expired_IsReplaced()
    {
        var process = NewProcess();
        var first = process.Current();
        _time.Advance(TimeSpan.FromDays(3653));

        Assert.NotEqual(first.TrustedPem, process.Current().TrustedPem);
    }

    [Fact]
    public void Current_NoPlaceForTheFile_SaysWhich()
    {
        _directory.Write("state", "a file where a directory should be");

        var fault = Assert.Throws<VolumeException>(() => NewProcess().Current());
        Assert.Equal(VolumeError.Internal, fault.Error);
        Assert.Contains(Path.Combine(Pki, "ca.pem"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Current_Log_NamesTheAuthorityAndNoKey()
    {
        NewProcess().Current();
        Assert.NotEmpty(_log.All);
        Assert.DoesNotContain(_log.All, line => line.Contains("PRIVATE", StringComparison.Ordinal));
    }
}
