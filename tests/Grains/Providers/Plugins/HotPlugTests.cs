using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Token;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Plugins;

/// <summary>Plugins come, go, move and are replaced; the next fetch finds what is there then, without a restart.</summary>
public sealed class HotPlugTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _first;
    private readonly string _second;

    public HotPlugTests() => (_first, _second) = (_directory.Make("1"), _directory.Make("2"));

    public void Dispose() => _directory.Dispose();

    private ProviderCatalog Catalog(bool preferBuiltIn = false) => new(
        new ProviderOptions { SocketDirectories = [_first, _second], StateDirectory = _directory["state"], PreferBuiltIn = preferBuiltIn },
        [new TokenProvider()], new VirtualTime(), new LogLines().For<ProviderCatalog>());

    private static async Task<string> Fetch(ISecretProvider provider)
        => (await provider.Fetch(Requests.For(Requests.Class("vault")), CancellationToken.None).Soon()).Files[0].Content.ExposeText();

    private static async Task<FakePlugin> Start(string directory, string content, string name = "vault") => (await FakePlugin.Start(directory, name)).Gives(("who", content));

    [Fact]
    public async Task Find_PluginAppearsLater_IsFound()
    {
        var catalog = Catalog();
        Assert.Equal(VolumeError.ProviderUnavailable, Assert.Throws<VolumeException>(() => catalog.Find("vault")).Error);

        await using var plugin = await Start(_second, "came later");
        Assert.Equal("came later", await Fetch(catalog.Find("vault")));
    }

    [Fact]
    public void Find_Nothing_SaysWhereItLookedAndWhatIsBuiltIn()
    {
        var fault = Assert.Throws<VolumeException>(() => Catalog().Find("vault"));

        Assert.Contains($"provider not found: provider \"vault\" has no socket at {_first}/vault.sock, {_second}/vault.sock, and built in are token", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "provider not set")]
    [InlineData("../vault", "invalid provider: provider \"../vault\", expected 1 to 30 letters")]
    [InlineData("vault\n", "invalid provider")]
    [InlineData("va.ult", "invalid provider")]
    [InlineData("1234567890123456789012345678901", "invalid provider")]
    public void Find_NameThatIsNone_IsInvalid(string name, string expected)
    {
        var fault = Assert.Throws<VolumeException>(() => Catalog().Find(name));

        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_BuiltInAndPlugin_ThePluginWinsUnlessAskedOtherwise()
    {
        Assert.IsType<TokenProvider>(Catalog().Find("token"));
        await using var plugin = await Start(_first, "plugin", "token");

        Assert.IsNotType<TokenProvider>(Catalog().Find("token"));
        Assert.IsType<TokenProvider>(Catalog(preferBuiltIn: true).Find("token"));
    }

    [Fact]
    public void Find_FileThatIsNoSocket_IsNotTakenForAPlugin()
    {
        File.WriteAllText(Path.Combine(_first, "token.sock"), "");
        Assert.IsType<TokenProvider>(Catalog().Find("token"));
    }

    [Fact]
    public async Task Fetch_SocketsInBothDirectories_TheFirstDirectoryWins()
    {
        await using var second = await Start(_second, "second");
        await using var first = await Start(_first, "first");

        Assert.Equal("first", await Fetch(Catalog().Find("vault")));
    }

    [Fact]
    public async Task Fetch_PluginMovesToAnotherDirectory_IsFollowed()
    {
        var provider = default(ISecretProvider);
        await using (var old = await Start(_first, "old"))
        {
            provider = Catalog().Find("vault");
            Assert.Equal("old", await Fetch(provider));
        }

        await using var moved = await Start(_second, "moved");
        Assert.Equal("moved", await Fetch(provider));
    }

    [Fact]
    public async Task Fetch_PluginReplacedAtTheSamePath_ReachesTheNewOne()
    {
        await using var old = await Start(_first, "old");
        var provider = Catalog().Find("vault");
        Assert.Equal("old", await Fetch(provider));

        File.Delete(old.Socket);
        await using var replaced = await Start(_first, "new"); // the old one still listens, at a file without a name
        Assert.Equal("new", await Fetch(provider));
        Assert.Single(old.Mounts);
    }

    [Fact]
    public async Task Fetch_PluginReplacedDuringACall_TheCallEndsAsItWouldHave()
    {
        await using var old = await FakePlugin.Start(_first, "vault");
        var held = old.Holds(("who", "old"));
        var provider = Catalog().Find("vault");
        var slow = Fetch(provider);
        await old.Arrives();

        File.Delete(old.Socket);
        await using var replaced = await Start(_first, "new");
        Assert.Equal("new", await Fetch(provider));
        held.SetResult();
        Assert.Equal("old", await slow);
    }

    [Fact]
    public async Task Fetch_PluginGone_FailsAtOnceAndWorksAgainWhenItIsBack()
    {
        var provider = default(ISecretProvider);
        await using (var plugin = await Start(_first, "first life"))
        {
            provider = Catalog().Find("vault");
            Assert.Equal("first life", await Fetch(provider));
        }
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Fetch(provider));
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("has no socket any more", failure.Message, StringComparison.Ordinal);

        await using var again = await Start(_first, "second life");
        Assert.Equal("second life", await Fetch(provider));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_PluginKilledAndItsSocketLeft_FailsAtOnce(bool known)
    {
        var plugin = await Start(_first, "alive");
        var provider = Catalog().Find("vault");
        if (known)
            Assert.Equal("alive", await Fetch(provider));
        await plugin.Crash();
        Assert.True(File.Exists(plugin.Socket));

        // Without a token of the caller's to end it: the peer hangs here until kubelet's deadline.
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Fetch(provider));
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);

        File.Delete(plugin.Socket);
        await using var again = await Start(_first, "alive again");
        Assert.Equal("alive again", await Fetch(provider));
    }
}
