using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Logins and leases live as long as a volume needs them: renewed in time, shared, given back.</summary>
public sealed class LifeTests : VaultTest
{
    private const string User = "- {objectName: user, secretPath: kv/data/shop, secretKey: user}";
    private const string Creds = """
        - {objectName: user, secretPath: database/creds/shop, secretKey: username}
        - {objectName: password, secretPath: database/creds/shop, secretKey: password}
        """;

    [Fact]
    public async Task Publish_ThenUnpublish_GivesTheLoginBack()
    {
        SetClass(User);
        await Publish();
        Assert.Single(Vault.Tokens);
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0);
        Assert.Equal(1, Vault.Asked("POST", "/v1/auth/token/revoke-self"));
        await Until(async () => (await Login().Inspect()).Account is null);
    }

    [Fact]
    public async Task Publish_FailsAfterTheLogin_GivesItBack()
    {
        SetClass("- {objectName: user, secretPath: kv/data/none, secretKey: user}");
        await PublishFails();
        Assert.Equal(1, Vault.Logins);
        await Until(() => Vault.Tokens.Count == 0);
    }

    [Fact]
    public async Task Poll_ManyTimes_IsOneLogin()
    {
        SetClass(User);
        await Publish();
        for (var i = 0; i < 5; i++)
            await Refresh();
        Assert.Equal((1, 6), (Vault.Logins, Vault.Asked("GET", "/v1/kv/data/shop")));
    }

    [Fact]
    public async Task Login_HalfOver_IsRenewed()
    {
        PollInterval = null;
        SetClass(User);
        await Publish();
        var end = Vault.Tokens[0].ExpiresAt;
        await Advance(TimeSpan.FromMinutes(30)); // of an hour, and up to six minutes sooner
        await Until(() => Vault.Tokens[0].ExpiresAt > end);
        Assert.Equal((1, 1), (Vault.Logins, Vault.Asked("POST", "/v1/auth/token/renew-self")));
    }

    [Fact]
    public async Task Login_NearItsLongestLife_IsReplaced()
    {
        Vault.Role("web", role => role with { Ttl = TimeSpan.FromHours(1), MaxTtl = TimeSpan.FromHours(2) });
        SetClass(User);
        for (var minutes = 0; minutes < 180; minutes += 10)
        {
            await Publish();
            await Refresh();
            await Advance(TimeSpan.FromMinutes(10));
        }
        Assert.Equal(2, Vault.Logins);
        Assert.Equal((VolumeState.Serving, "bob"), ((await Status()).State, Files()["user"]));
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0);
    }

    [Fact]
    public async Task Login_BatchTokens_AreReplacedBeforeTheyEnd()
    {
        Vault.Role("web", role => role with { IsBatch = true });
        SetClass(User);
        for (var minutes = 0; minutes < 120; minutes += 10)
        {
            await Publish();
            await Refresh();
            await Advance(TimeSpan.FromMinutes(10));
        }
        Assert.InRange(Vault.Logins, 3, 6);
        Assert.Equal(VolumeState.Serving, (await Status()).State);
        await Unpublish();
        await Until(async () => await Login().Inspect() is { Logins.Count: > 0, Volumes.IsEmpty: true }); // cannot be revoked: they are listed until their end
        await Advance(TimeSpan.FromHours(1));
        Assert.Empty(Vault.Tokens);
        await Until(async () => (await Login().Inspect()).Logins.Count == 0);
    }

    [Fact]
    public async Task Lease_Due_IsRenewedAndTheContentStays()
    {
        Vault.MountDatabase(ttl: TimeSpan.FromHours(1), maxTtl: TimeSpan.FromHours(24));
        SetClass(Creds);
        await Publish();
        Assert.Equal(("v-shop-1", "password-of-v-shop-1"), (Files()["user"], Files()["password"]));
        var status = await Status();
        Assert.Equal(Time.GetUtcNow() + TimeSpan.FromHours(1), status.ExpiresAt);
        Assert.InRange(status.RefreshAt!.Value - Time.GetUtcNow(), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(40));

        await Advance(TimeSpan.FromMinutes(41));
        await Until(() => Vault.Asked("POST", "/v1/sys/leases/renew") == 1);
        Assert.Equal((1, "v-shop-1"), (Vault.UsersMade, Files()["user"]));
        Assert.Equal(1, (await Status()).Generation);
    }

    [Fact]
    public async Task Lease_NearItsLongestLife_IsReadAnewBeforeItEnds()
    {
        Vault.MountDatabase(ttl: TimeSpan.FromHours(1), maxTtl: TimeSpan.FromHours(2));
        SetClass(Creds);
        for (var minutes = 0; minutes < 240; minutes += 5)
        {
            await Publish();
            await Advance(TimeSpan.FromMinutes(5));
            Assert.Contains(Vault.Leases, lease => lease.User == Files()["user"]); // what the pod sees is good at all times
        }
        Assert.InRange(Vault.UsersMade, 2, 4);
    }

    [Fact]
    public async Task Lease_NotRenewable_IsReadAnewBeforeItEnds()
    {
        Vault.MountDatabase(ttl: TimeSpan.FromHours(1), isRenewable: false);
        SetClass(Creds);
        for (var minutes = 0; minutes < 180; minutes += 3)
        {
            await Publish();
            await Advance(TimeSpan.FromMinutes(3));
            Assert.Contains(Vault.Leases, lease => lease.User == Files()["user"]);
        }
        Assert.InRange(Vault.UsersMade, 3, 5);
        Assert.Equal(0, Vault.Asked("POST", "/v1/sys/leases/renew"));
    }

    [Fact]
    public async Task Lease_LoginEnds_BothAreReplacedBefore()
    {
        Vault.Role("web", role => role with { Ttl = TimeSpan.FromMinutes(20), MaxTtl = TimeSpan.FromHours(1) }).MountDatabase(ttl: TimeSpan.FromHours(12));
        SetClass(Creds);
        for (var minutes = 0; minutes < 180; minutes += 2)
        {
            await Publish();
            await Advance(TimeSpan.FromMinutes(2));
            await Until(() => Vault.Leases.Any(lease => lease.User == Files()["user"]));
        }
        Assert.InRange(Vault.Logins, 3, 6);
        Assert.Equal(Vault.Logins, Vault.UsersMade);
    }

    [Fact]
    public async Task Unpublish_LastUserOfALease_GivesItBackAndKeepsTheLogin()
    {
        Vault.MountDatabase();
        SetClass("creds", "vault", Creds);
        SetClass(User);
        await Publish();
        await Publish(className: "creds");
        Assert.Single(Vault.Leases);
        await Unpublish(className: "creds");
        await Until(() => Vault.Leases.Count == 0);
        Assert.Equal((1, 1), (Vault.Tokens.Count, Vault.Asked("POST", "/v1/sys/leases/revoke")));
    }

    [Fact]
    public async Task Unpublish_RoleMayNotRevokeLeases_TheyEndWithTheLogin()
    {
        Vault.MountDatabase().Role("web", role => role with { Allowed = ["kv/*", "database/*"] });
        SetClass("creds", "vault", Creds);
        SetClass(User);
        await Publish();
        await Publish(className: "creds");
        await Unpublish(className: "creds");
        await Until(() => Vault.Asked("POST", "/v1/sys/leases/revoke") == 1);
        await Until(async () => await Login().Inspect() is { Leases.Count: 1 }); // listed
        Assert.Single(Vault.Leases);
        await Unpublish();
        await Until(() => Vault.Leases.Count == 0 && Vault.Tokens.Count == 0);
    }

    [Fact]
    public async Task Unpublish_ServerDown_IsGivenBackLater()
    {
        Vault.MountDatabase();
        SetClass(Creds);
        await Publish();
        Vault.IsSealed = true;
        await Unpublish();
        await Until(() => Vault.Asked("POST", "/v1/auth/token/revoke-self") == 1);
        await Lines.Holds("could not be given back").Soon();
        Assert.Equal(1, (await Login().Inspect().Soon()).Leases.Count);
        Vault.IsSealed = false;
        await Advance(TimeSpan.FromSeconds(6));
        await Until(() => Vault.Leases.Count == 0 && Vault.Tokens.Count == 0);
    }

    [Fact]
    public async Task Certificate_Due_IsIssuedAnewAndNotBefore()
    {
        Vault.MountPki(ttl: TimeSpan.FromHours(24));
        SetClass("""
            - {objectName: tls.crt, secretKey: certificate, secretPath: pki/issue/shop, method: PUT, secretArgs: {common_name: shop.example.com}}
            - {objectName: user, secretPath: kv/data/shop, secretKey: user}
            """);
        await Publish();
        var first = Files()["tls.crt"];
        for (var hours = 0; hours < 13; hours++)
        {
            await Advance(TimeSpan.FromHours(1));
            await Publish();
        }
        Assert.Equal((first, 1), (Files()["tls.crt"], Vault.Asked("PUT", "/v1/pki/issue/shop")));
        Assert.True(Vault.Asked("GET", "/v1/kv/data/shop") > 5);
        for (var hours = 0; hours < 4; hours++)
        {
            await Advance(TimeSpan.FromHours(1));
            await Publish();
        }
        Assert.NotEqual(first, Files()["tls.crt"]);
        Assert.Equal(2, Vault.Asked("PUT", "/v1/pki/issue/shop"));
    }

    [Fact]
    public async Task Class_ComesToNameAnotherRole_TheOldLoginIsGivenBack()
    {
        Vault.Role("second").MountDatabase();
        SetClass(Creds);
        await Publish();
        SetClass(Creds, ("roleName", "second"));
        await Publish();
        await Until(() => Vault.Tokens is [{ RoleName: "second" }]);
        Assert.Equal("v-shop-2", Assert.Single(Vault.Leases).User);
    }

    [Fact]
    public async Task Class_AsksForALeaseNoMore_ItIsGivenBack()
    {
        Vault.MountDatabase();
        SetClass(Creds);
        await Publish();
        SetClass(User);
        await Publish();
        await Until(() => Vault.Leases.Count == 0);
        Assert.Single(Vault.Tokens);
    }
}
