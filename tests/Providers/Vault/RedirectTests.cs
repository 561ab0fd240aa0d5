using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Vault;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>A standby that does not forward requests points to the active server: it is asked, once, if it proves itself in the same way; nobody else is.</summary>
public sealed class RedirectTests : VaultTest
{
    private const string User = "- {objectName: user, secretPath: 'kv/data/shop?version=1', secretKey: user}";

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    public async Task Publish_StandbyPointsToTheActiveServer_ThatIsAsked(int status)
    {
        await using var standby = await Standby(status, path => Vault.Front.Address.AbsoluteUri.TrimEnd('/') + path);
        SetClass(User, ("vaultAddress", standby.Address.AbsoluteUri));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
        var login = Assert.Single(Vault.Tokens).Id;
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0);
        Assert.Equal([.. new[] { standby, Vault.Front }.Select(server => server.Address.GetLeftPart(UriPartial.Authority)).Order(StringComparer.Ordinal)], Egress.OriginsThatSaw(login));
    }

    [Fact]
    public async Task Publish_PointsFromHttpsToHttp_IsNotFollowed()
    {
        await using var plain = await VaultServer.Start(Issuer, Time);
        await Refuses(path => plain.Front.Address.AbsoluteUri.TrimEnd('/') + path);
        Assert.Empty(plain.Front.Requests);
    }

    [Theory]
    [InlineData("/v1/elsewhere")]
    [InlineData("/collect?from=/v1/auth/kubernetes/login")]
    public async Task Publish_PointsToAnotherPath_IsNotFollowed(string elsewhere)
    {
        await Refuses(_ => Vault.Front.Address.AbsoluteUri.TrimEnd('/') + elsewhere);
        Assert.Empty(Vault.Front.Requests);
    }

    [Fact]
    public async Task Publish_PointsOnAndOn_IsFollowedOnce()
    {
        await using var second = await Standby(307, path => Vault.Front.Address.AbsoluteUri.TrimEnd('/') + path);
        await Refuses(path => second.Address.AbsoluteUri.TrimEnd('/') + path);
        Assert.Single(second.Requests);
        Assert.Empty(Vault.Front.Requests);
    }

    [Fact]
    public async Task Publish_PointsToAServerOfAnotherAuthority_SendsItNothing()
    {
        using var other = new TestAuthority("Other authority");
        await using var stranger = await StoreServer.Start(_ => Task.CompletedTask, other.Server());
        await using var standby = await Standby(307, path => stranger.Address.AbsoluteUri.TrimEnd('/') + path);
        SetClass(User, ("vaultAddress", standby.Address.AbsoluteUri));
        Assert.Contains("the server's certificate is not trusted", (await PublishFails()).Message, StringComparison.Ordinal);
        Assert.Empty(stranger.Requests);
    }

    private async Task Refuses(Func<string, string> location)
    {
        await using var standby = await Standby(307, location);
        SetClass(User, ("vaultAddress", standby.Address.AbsoluteUri));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("HTTP 307 (it points elsewhere, and not just to the active server:", failure.Message, StringComparison.Ordinal);
    }

    private Task<StoreServer> Standby(int status, Func<string, string> location) => StoreServer.Start(
        context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = location(context.Request.Path + context.Request.QueryString);
            return Task.CompletedTask;
        },
        Authority.Server());
}
