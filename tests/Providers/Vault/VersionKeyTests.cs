using ActorCsi.Fakes;
using ActorCsi.Grains.Providers.Vault;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>The key of versions is kept, can be the plugin's, and is never a reason to fail.</summary>
public sealed class VersionKeyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogLines _lines = new();

    private string KeyFile => Path.Combine(_directory.Path, "vault", "versions.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Current_FirstTime_IsMadeForUsAloneAndKept()
    {
        var made = Key().Current();
        Assert.Equal(made.Expose().ToArray(), Key().Current().Expose().ToArray());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal([KeyFile], Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void Current_ThePluginsKeyIsThere_IsThat()
    {
        Write(new byte[32]);
        Assert.Equal(new byte[32], Key().Current().Expose().ToArray());
    }

    [Fact]
    public void Current_FileOfAnotherLength_IsSetAsideAndReported()
    {
        Write(new byte[31]);
        Assert.Equal(32, Key().Current().Length);
        Assert.Equal(32, new FileInfo(KeyFile).Length);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(KeyFile)!, "*.unusable-*"));
        Assert.Contains(_lines.All, line => line.Contains("is 31 bytes long, expected 32", StringComparison.Ordinal));
    }

    [Fact]
    public void Current_NoFileCanBeHad_ThereIsAKeyAllTheSame()
    {
        File.WriteAllText(Path.Combine(_directory.Path, "vault"), "a file, where the directory should be");
        var key = Key();
        Assert.Equal(32, key.Current().Length);
        Assert.Same(key.Current(), key.Current());
    }

    private VaultVersionKey Key() => new(KeyFile, new VirtualTime(), _lines.For<VaultVersionKey>());

    private void Write(byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllBytes(KeyFile, content);
    }
}
