using ActorCsi.Fakes.Stores;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>Pods of one service account share a login and what it reads; two service accounts share nothing; a pod's token goes to its own store's token service and nowhere else.</summary>
public sealed class SharingTests : StoreTest
{
    private const int Pods = 100;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Publish_HundredPodsOfOneServiceAccount_IsOneLoginAndOneReadOfEachObjectAndRotation(string name)
    {
        var (store, node) = await Start(name);
        store.SetClass();
        await Task.WhenAll(EachPod().Select(pod => node.Publish(pod)));
        Assert.All(EachPod(), pod => Assert.Equal(("one", "two"), Content(node, pod)));
        Assert.Equal([1, 1, 1], [store.Logins, .. store.Reads]);

        store.Put("three", "four");
        await UntilAllHave("three", "four");
        Assert.Equal([1, 2, 2], [store.Logins, .. store.Reads]);

        store.Put("five", "six");
        store.RevokeLogins();
        await UntilAllHave("five", "six");
        Assert.Equal(2, store.Logins);
        Assert.All(store.Reads, reads => Assert.InRange(reads, 3, 6)); // once more with the login that is gone; and Vault's pods have each a time of their own, half a minute being one reading

        async Task UntilAllHave(string first, string second)
        {
            var due = await Task.WhenAll(EachPod().Select(async pod => (await node.Status(pod)).RefreshAt!.Value));
            await node.Advance(due.Max() - node.Time.GetUtcNow()); // and no further: there is a next time
            await node.Until(() => EachPod().All(pod => Content(node, pod) == (first, second)));
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Publish_TwoServiceAccountsWithOneClassAtOnce_TheOneThatMayNotGetsNothing(string name)
    {
        var (store, node) = await Start(name);
        store.LetTry("evil");
        store.SetClass();
        var attempts = Enumerable.Range(0, 40).Select(i => (Pod: i % 2 == 0 ? ProviderTest.Pod($"web-{i}") : ProviderTest.Pod($"evil-{i}", "evil"), IsEvil: i % 2 == 1))
            .Select(one => (one.Pod, one.IsEvil, Failure: Record.ExceptionAsync(() => node.Publish(one.Pod)))).ToArray();
        await Task.WhenAll(attempts.Select(one => one.Failure));

        Assert.All(attempts, one => Assert.Equal(one.IsEvil ? VolumeError.ProviderDenies : null, (one.Failure.Result as VolumeException)?.Error));
        Assert.All(attempts.Where(one => !one.IsEvil), one => Assert.Equal(("one", "two"), Content(node, one.Pod)));
        Assert.Equal(20, node.Kernel.Mounts.Count);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Publish_StoreIsAwayAndTheClassTakesCopies_AnotherServiceAccountGetsNone(string name)
    {
        var (store, node) = await Start(name);
        store.LetTry("evil");
        store.SetClass(("actorcsi.io/when-unavailable", "stale"));
        await node.Publish();
        store.FirstObject.Server.Break(StoreFaults.Status(500), times: int.MaxValue);
        store.TokenService.Server.Break(StoreFaults.Status(500), times: int.MaxValue);
        node.Time.Advance(TimeSpan.FromSeconds(31)); // what was read a moment ago is shared without being asked

        await node.ThroughPauses(node.Publish(ProviderTest.Pod("web-1")));
        Assert.Equal(("one", "two"), Content(node, ProviderTest.Pod("web-1")));
        var failure = await Assert.ThrowsAsync<VolumeException>(() => node.ThroughPauses(node.Publish(ProviderTest.Pod("evil-0", "evil"))));
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Equal(2, node.Kernel.Mounts.Count);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task PublishAndRefresh_TokensForAllAudiences_OnlyItsOwnReachesTheTokenServiceAndNobodyElse(string name)
    {
        var (store, node) = await Start(name);
        string[] audiences = ["vault", "openbao", "shop.svc.id.goog", "other.svc.id.goog", "api://AzureADTokenExchange", "api://AKSIdentityBinding", "sts.amazonaws.com", "pods.eks.amazonaws.com", ""];
        store.SetClass();
        await node.Publish(audiences: audiences);
        store.RevokeLogins();
        await node.Publish(audiences: audiences);
        await node.Refresh();

        Assert.Equal(2, store.Logins);
        Assert.Equal(2 * audiences.Length, node.Issuer.Issued.Count);
        foreach (var tokens in node.Issuer.Issued.GroupBy(one => one.Audience, one => one.Token))
            Assert.Equal(tokens.Key == store.TokenAudience ? [store.TokenService.Origin] : [], tokens.SelectMany(node.Egress.OriginsThatSaw).Distinct());
        Assert.DoesNotContain(node.Lines.All, line => node.Issuer.Issued.Any(one => line.Contains(one.Token[..40], StringComparison.Ordinal)));
    }

    private static IEnumerable<PodIdentity> EachPod() => Enumerable.Range(0, Pods).Select(i => ProviderTest.Pod($"web-{i}"));
}
