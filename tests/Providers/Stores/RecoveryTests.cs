using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>Logins end, are revoked behind our back, and clocks differ: pods do not notice.</summary>
public sealed class RecoveryTests : StoreTest
{
    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Refresh_LoginRevokedBehindOurBack_IsMadeAnew(string name)
    {
        var (store, node) = await Start(name);
        store.SetClass();
        await node.Publish();
        store.RevokeLogins();
        store.Put("three", "four");
        await node.Refresh();
        Assert.Equal((VolumeState.Serving, ("three", "four"), 2), ((await node.Status()).State, Content(node), store.Logins));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Refresh_LoginRevokedWhileItIsUsed_IsMadeAnew(string name)
    {
        var (store, node) = await Start(name);
        store.SetClass();
        await node.Publish();
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.FirstObject.Server.Delay(store.FirstObject.Is, asked, goOn.Task);
        store.Put("three", "four");
        var refresh = node.Refresh();
        await asked.Task.Soon();
        store.RevokeLogins();
        goOn.SetResult();
        await refresh;
        Assert.Equal((VolumeState.Serving, ("three", "four"), 2), ((await node.Status()).State, Content(node), store.Logins));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Refresh_ManyVolumesAfterARevocation_IsOneLogin(string name)
    {
        var (store, node) = await Start(name);
        store.SetClass();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => node.Publish(ProviderTest.Pod($"web-{i}"))));
        store.RevokeLogins();
        store.Put("three", "four");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => node.Refresh(ProviderTest.Pod($"web-{i}"))));
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(("three", "four"), Content(node, ProviderTest.Pod($"web-{i}"))));
        Assert.Equal(2, store.Logins);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Refresh_PodsTokenEndsOnItsWay_KeepsTheFilesUntilKubeletBringsTheNext(string name)
    {
        var (store, node) = await Start(name);
        store.SetClass();
        await node.Publish();
        store.RevokeLogins();
        store.Put("three", "four");
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.TokenService.Server.Delay(store.TokenService.Is, asked, goOn.Task);
        var refresh = node.Refresh();
        await asked.Task.Soon();
        store.ClockSkew = TimeSpan.FromHours(2); // when it arrives there, it is over
        goOn.SetResult();
        Assert.Equal(VolumeError.TokenRefused, (await Assert.ThrowsAsync<VolumeException>(() => refresh)).Error);
        Assert.Equal((VolumeState.Stale, ("one", "two")), ((await node.Status()).State, Content(node)));

        store.ClockSkew = TimeSpan.Zero;
        await node.Publish(); // as kubelet does all the time
        await node.Advance(TimeSpan.FromMinutes(1));
        await node.Until(() => Content(node) == ("three", "four"));
        Assert.Equal(VolumeState.Serving, (await node.Status()).State);
    }

    [Theory] // the node's clock is off: those of the API server, which dates tokens, and of the store agree
    [InlineData("aws", 5)]
    [InlineData("aws", -5)]
    [InlineData("azure", 5)]
    [InlineData("azure", -5)]
    [InlineData("gcp", 5)]
    [InlineData("gcp", -5)]
    [InlineData("vault", 5)]
    [InlineData("vault", -5)]
    public async Task Publish_NodesClockIsFiveMinutesOff_EveryRotationArrives(string name, int minutes)
    {
        var (store, node) = await Start(name);
        var off = TimeSpan.FromMinutes(minutes);
        store.ClockSkew = off;
        node.PollInterval = null;
        store.SetClass();
        for (var step = 0; step < 20; step++) // longer than any login lives
        {
            store.Put($"first {step}", $"second {step}");
            await node.Publish(issued: node.Time.GetUtcNow() + off);
            await node.Refresh();
            Assert.Equal((VolumeState.Serving, ($"first {step}", $"second {step}")), ((await node.Status()).State, Content(node)));
            await node.Advance(TimeSpan.FromMinutes(10));
        }
        Assert.InRange(store.Logins, 1, 5);
    }
}
