namespace ActorCsi.Tests.Providers.Vault;

/// <summary>A new pod while Vault is away: where the class allows it, it starts from what another pod of its identity has, if nothing hangs on that.</summary>
public sealed class StaleStartTests : VaultTest
{
    private const string User = "- {objectName: user, secretPath: kv/data/shop, secretKey: user}";
    private static readonly (string, string?) Stale = ("actorcsi.io/when-unavailable", "stale");

    [Fact]
    public async Task Publish_WithoutALease_StartsFromTheCopyAndRecovers()
    {
        SetClass(User, Stale);
        await Publish();
        Vault.IsSealed = true;
        await Advance(TimeSpan.FromSeconds(31)); // what was read a moment ago is shared without being asked

        await Publish(Pod("web-1"));

        Assert.Equal(("bob", VolumeState.Stale), (Files(Pod("web-1"))["user"], (await Status(Pod("web-1"))).State));
        Vault.IsSealed = false;
        await Advance(TimeSpan.FromMinutes(1));
        await Until(async () => (await Status(Pod("web-1"))).State is VolumeState.Serving);
        await Unpublish();
        await Refresh(Pod("web-1"));
        Assert.Equal("bob", Files(Pod("web-1"))["user"]);
    }

    [Fact]
    public async Task Publish_AnotherServiceAccount_Fails()
    {
        SetClass(User, Stale);
        await Publish();
        Vault.IsSealed = true;
        await Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(VolumeError.ProviderUnavailable, (await PublishFails(Pod("web-1", "other"))).Error);
    }

    public static TheoryData<string, string?> WhatHangsOnAVolume => new()
    {
        { "- {objectName: user, secretPath: database/creds/shop, secretKey: username}", null }, // a lease
        { "- {objectName: user, secretPath: database/static-creds/shop, secretKey: username}", null }, // is another one soon
        { User, "pod" }, // read with a login of the pod's own
    };

    [Theory]
    [MemberData(nameof(WhatHangsOnAVolume))]
    public async Task Publish_SomethingHangsOnTheVolume_Fails(string objects, string? loginPer)
    {
        Vault.MountDatabase();
        SetClass(objects, Stale, ("loginPer", loginPer));
        await Publish();
        Vault.IsSealed = true;
        await Advance(TimeSpan.FromMinutes(10));
        var failure = await Record.ExceptionAsync(() => Publish(Pod("web-1")));

        if (objects.Contains("/creds/", StringComparison.Ordinal))
            Assert.Null(failure); // the lease is good and shared: Vault need not be asked
        else
            Assert.Equal(VolumeError.ProviderUnavailable, Assert.IsType<VolumeException>(failure).Error);
    }

    [Fact]
    public async Task Publish_TheIdentityWasDeniedMeanwhile_Fails()
    {
        SetClass(User, Stale);
        await Publish();
        Vault.MountKv2("kv"); // the secret is gone
        await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Vault.IsSealed = true;
        await Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(VolumeError.ProviderUnavailable, (await PublishFails(Pod("web-1"))).Error);
    }
}
