using ActorCsi.Fakes.Stores;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>What goes wrong with logins and leases while pods run is put right without a pod noticing.</summary>
public sealed class RecoveryTests : VaultTest
{
    private const string User = "- {objectName: user, secretPath: kv/data/shop, secretKey: user}";
    private const string Creds = "- {objectName: user, secretPath: database/creds/shop, secretKey: username}";

    [Fact]
    public async Task Refresh_LoginRevokedBehindOurBack_IsMadeAnew()
    {
        SetClass(User);
        await Publish();
        Vault.RevokeAll();
        await Refresh();
        Assert.Equal((2, VolumeState.Serving), (Vault.Logins, (await Status()).State));
        Assert.Single(Vault.Tokens);
    }

    [Fact]
    public async Task Renewal_LoginRevokedBehindOurBack_PodsAreGivenNewLeases()
    {
        PollInterval = null;
        Vault.MountDatabase(ttl: TimeSpan.FromHours(12));
        SetClass(Creds);
        await Publish();
        await Publish(Pod("web-1"));
        Vault.RevokeAll();
        await Advance(TimeSpan.FromMinutes(30)); // the login is to be renewed
        await Until(() => Files()["user"] == "v-shop-2" && Files(Pod("web-1"))["user"] == "v-shop-2");
        Assert.Equal("v-shop-2", Assert.Single(Vault.Leases).User);
        Assert.Equal(2, Vault.Logins);
    }

    [Fact]
    public async Task Refresh_ManyVolumesAfterARevocation_IsOneLogin()
    {
        SetClass(User);
        for (var i = 0; i < 20; i++)
            await Publish(Pod($"web-{i}"));
        Vault.RevokeAll();
        await Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Refresh(Pod($"web-{i}")))).Soon();
        Assert.Equal(2, Vault.Logins);
    }

    [Fact]
    public async Task Refresh_TokenGoodForFewRequests_IsMadeAnewWhenUsedUp()
    {
        Vault.Role("web", role => role with { Uses = 2 });
        SetClass(User);
        await Publish();
        for (var i = 0; i < 5; i++)
            await Refresh();
        Assert.Equal(VolumeState.Serving, (await Status()).State);
    }

    [Fact]
    public async Task Refresh_RoleWasGivenMoreRights_ANewLoginHasThem()
    {
        Vault.Role("web", role => role with { Allowed = ["kv/data/shop"] }).MountDatabase();
        SetClass(User);
        await Publish();
        SetClass(User + "\n- {objectName: creds, secretPath: database/creds/shop, secretKey: username}");
        await Publish();
        Assert.Equal((VolumeState.Stale, "bob"), ((await Status()).State, Files()["user"]));
        await Until(() => Vault.Tokens.Count == 1); // the second login did no better, and was given back

        Vault.Role("web", role => role with { Allowed = ["kv/data/shop", "database/*"] });
        await Advance(TimeSpan.FromMinutes(2));
        await Refresh();
        Assert.Equal("v-shop-1", Files()["creds"]);
        await Until(() => Vault.Tokens.Count == 1);
    }

    [Fact]
    public async Task Refresh_DeniedAndNoOtherLoginToBeHad_SaysWhatWasDenied()
    {
        Vault.Role("web", role => role with { Allowed = ["kv/data/shop"] });
        SetClass(User);
        await Publish();
        SetClass(User + "\n- {objectName: other, secretPath: kv/data/other, secretKey: user}");
        Vault.Front.Break(request => request.Path.Value!.EndsWith("/login", StringComparison.Ordinal), StoreFaults.Status(503), times: 10);
        await Publish();
        Assert.Contains("the policies of role 'web' do not allow it", (await Status()).Reason, StringComparison.Ordinal);
        Assert.Single(Vault.Tokens);
    }

    [Fact]
    public async Task Refresh_DeniedForGood_DoesNotLogInEachTime()
    {
        SetClass(User);
        await Publish();
        Vault.Role("web", role => role with { Allowed = [] });
        Vault.RevokeAll();
        await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        var before = Vault.Logins;
        for (var i = 0; i < 5; i++)
            await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.InRange(Vault.Logins, before, before + 1);
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Refresh_LeaseRevokedBehindOurBack_IsReadAnewWhenDue()
    {
        Vault.MountDatabase(ttl: TimeSpan.FromHours(1));
        SetClass(Creds);
        await Publish();
        Vault.Revoke(Vault.Leases[0]);
        await Advance(TimeSpan.FromMinutes(41));
        await Publish();
        await Until(() => Files()["user"] == "v-shop-2");
        Assert.Equal("v-shop-2", Assert.Single(Vault.Leases).User);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Publish_ServersClockIsFiveMinutesOff_EverythingIsInTimeByItsClock(int minutes)
    {
        Vault.ClockSkew = TimeSpan.FromMinutes(minutes);
        Vault.Role("web", role => role with { Ttl = TimeSpan.FromMinutes(10), MaxTtl = TimeSpan.FromHours(24) }).MountDatabase(ttl: TimeSpan.FromMinutes(10), maxTtl: TimeSpan.FromMinutes(25))
            .MountPki(ttl: TimeSpan.FromMinutes(20));
        SetClass(Creds + "\n- {objectName: crt, secretPath: pki/issue/shop, method: PUT, secretKey: certificate, secretArgs: {common_name: a.example.com}}");
        if (minutes < 0)
        {
            await PublishFails(); // to that server the pod's token is not valid yet
            await Advance(TimeSpan.FromMinutes(5)); // …
            Vault.ClockSkew = TimeSpan.FromMinutes(minutes);
        }
        for (var step = 0; step < 60; step++)
        {
            await PublishWithOlderToken(TimeSpan.FromMinutes(6));
            await Advance(TimeSpan.FromMinutes(1));
            await Until(() => Vault.Leases.Any(lease => lease.User == Files()["user"]));
            using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(Files()["crt"]);
            Assert.True(certificate.NotAfter.ToUniversalTime() > (Time.GetUtcNow() + Vault.ClockSkew).UtcDateTime);
        }
    }

    [Fact]
    public async Task Publish_TokenExpiresOnTheWay_IsRefused_AndTheNextOneIsTaken()
    {
        Vault.Front.Break(context => // the login takes so long that the token is over when it is looked at
        {
            Vault.ClockSkew = TimeSpan.FromHours(2);
            return StoreFaults.Status(403, """{"errors": ["permission denied"]}""")(context);
        });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Vault.ClockSkew = TimeSpan.Zero;
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Refresh_TokenExpiresOnTheWay_OldFilesStayUntilKubeletBringsTheNextOne()
    {
        SetClass(User);
        await Publish();
        Vault.RevokeAll(); // a login is needed
        Vault.Front.Break(request => request.Path.Value!.EndsWith("/login", StringComparison.Ordinal), StoreFaults.Status(403, """{"errors": ["permission denied"]}"""));
        await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((VolumeState.Stale, "bob"), ((await Status()).State, Files()["user"]));

        await Publish();
        await Until(async () => (await Status()).State is VolumeState.Serving);
        Assert.Equal(2, Vault.Logins);
    }

    [Fact]
    public async Task Refresh_LoginLostAndTokenOver_OldFilesStayUntilKubeletBringsTheNextOne()
    {
        SetClass(User);
        await Publish();
        await Advance(TimeSpan.FromMinutes(61)); // the token was good for an hour, the login is renewed without it
        Vault.RevokeAll();
        await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((1, VolumeState.Stale, "bob"), (Vault.Logins, (await Status()).State, Files()["user"]));

        await Publish();
        await Until(async () => (await Status()).State is VolumeState.Serving);
        Assert.Equal(2, Vault.Logins);
        Assert.Single(Vault.Tokens);
    }

    [Fact]
    public async Task Refresh_LoginEndsBetweenItAndTheRead_IsMadeAnew()
    {
        SetClass(User);
        await Publish();
        Vault.Front.Break(request => request.Path.StartsWithSegments("/v1/kv", StringComparison.Ordinal), context =>
        {
            Vault.RevokeAll();
            return StoreFaults.Status(403, """{"errors": ["permission denied"]}""")(context);
        });
        await Refresh();
        Assert.Equal((VolumeState.Serving, 2), ((await Status()).State, Vault.Logins));
    }

    [Fact]
    public async Task Unpublish_WhileALeaseIsOnItsWay_IsGivenBackWhenItComes()
    {
        Vault.MountDatabase();
        SetClass(User);
        await Publish(); // so that the driver is warm
        SetClass("creds", "vault", Creds);
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        Vault.Front.Delay(request => request.Path.StartsWithSegments("/v1/database", StringComparison.Ordinal), asked, answer.Task);
        var publishing = Publish(className: "creds");
        await asked.Task.Soon();
        await Volume(Pod(), "creds").Leave().Soon();
        await Unpublish(className: "creds");
        await Assert.ThrowsAsync<VolumeException>(() => publishing.Soon());
        Assert.Empty(Vault.Leases);
        answer.SetResult();
        await Until(() => Vault.UsersMade == 1 && Vault.Leases.Count == 0);
    }

    private Task PublishWithOlderToken(TimeSpan age) => Publish(issued: Time.GetUtcNow() - age);
}
