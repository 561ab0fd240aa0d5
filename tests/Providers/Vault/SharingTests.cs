using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Pods of one identity share a login and what it reads; two identities share nothing; no token goes anywhere but to its server.</summary>
public sealed class SharingTests : VaultTest
{
    private const string Objects = """
        - {objectName: user, secretPath: kv/data/shop, secretKey: user}
        - {objectName: creds, secretPath: database/creds/shop, secretKey: username}
        """;

    [Fact]
    public async Task Publish_HundredPodsOfOneIdentity_IsOneLoginAndOneReadEach()
    {
        Vault.MountDatabase();
        SetClass(Objects);
        await Publish();
        await Task.WhenAll(Enumerable.Range(1, 99).Select(i => Publish(Pod($"web-{i}")))).Soon();
        Assert.Equal((1, 1, 1), (Vault.Logins, Vault.Asked("GET", "/v1/kv/data/shop"), Vault.Asked("GET", "/v1/database/creds/shop")));
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(("bob", "v-shop-1"), (Files(Pod($"web-{i}"))["user"], Files(Pod($"web-{i}"))["creds"])));

        await Task.WhenAll(Enumerable.Range(0, 99).Select(i => Unpublish(Pod($"web-{i}")))).Soon();
        Assert.Equal((1, 1), (Vault.Tokens.Count, Vault.Leases.Count)); // for the one that is left
        await Unpublish(Pod("web-99"));
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Publish_AllAtOnce_IsOneLoginAndOneReadEach()
    {
        Vault.MountDatabase();
        SetClass(Objects);
        await Publish(Pod("other", "other"));
        var before = (Vault.Logins, Vault.Asked("GET", "/v1/kv/data/shop"), Vault.Asked("GET", "/v1/database/creds/shop"));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Publish(Pod($"web-{i}")))).Soon();
        Assert.Equal((before.Item1 + 1, before.Item2 + 1, before.Item3 + 1), (Vault.Logins, Vault.Asked("GET", "/v1/kv/data/shop"), Vault.Asked("GET", "/v1/database/creds/shop")));
    }

    [Fact]
    public async Task Publish_ManyPodsInHalfAMinute_AskOnce_AndNobodyGetsTheSameReadingTwice()
    {
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        for (var i = 0; i < 10; i++)
            await Publish(Pod($"web-{i}"));
        Assert.Equal(1, Vault.Asked("GET", "/v1/kv/data/shop"));
        Vault.MountKv2("kv").Put("shop", """{"user": "carol"}""");
        await Refresh(Pod("web-3")); // asked for on purpose: fresh
        Assert.Equal((2, "carol"), (Vault.Asked("GET", "/v1/kv/data/shop"), Files(Pod("web-3"))["user"]));
        await Publish(Pod("web-10"));
        Assert.Equal((2, "carol"), (Vault.Asked("GET", "/v1/kv/data/shop"), Files(Pod("web-10"))["user"]));
        await Advance(TimeSpan.FromSeconds(31));
        await Publish(Pod("web-11"));
        Assert.Equal(3, Vault.Asked("GET", "/v1/kv/data/shop"));
    }

    [Fact]
    public async Task Publish_TwoServiceAccounts_ShareNothing()
    {
        Vault.MountDatabase();
        SetClass(Objects);
        await Publish(Pod("web-0", "web"));
        await Publish(Pod("web-1", "shop"));
        Assert.Equal((2, 2, 2), (Vault.Logins, Vault.Tokens.Select(token => token.ServiceAccount).Distinct().Count(), Vault.Leases.Count));
        Assert.NotEqual(Files(Pod("web-0"))["creds"], Files(Pod("web-1"))["creds"]);
        await Unpublish(Pod("web-0"));
        await Until(() => Vault.Leases.Count == 1);
        Assert.Equal(Files(Pod("web-1"))["creds"], Vault.Leases[0].User);
    }

    [Fact]
    public async Task Publish_ManyPodsOfThreeIdentitiesAtOnce_ShareNoByte()
    {
        Vault.MountDatabase();
        SetClass(Objects);
        Classes.Set(Classes.Peek("default", ClassName)! with { Namespace = "other" });
        PodIdentity[] pods = [.. Enumerable.Range(0, 60).Select(i => new PodIdentity(i % 3 == 0 ? "other" : "default", $"pod-{i}", $"uid-{i}", i % 3 == 2 ? "shop" : "web"))];

        await Publish(pods[0]); // so that the driver is warm
        await Task.WhenAll(pods.Skip(1).Select(pod => Publish(pod))).Soon();

        var users = pods.ToLookup(pod => (pod.Namespace, pod.ServiceAccount), pod => Files(pod)["creds"]);
        Assert.All(users, account => Assert.Single(account.Distinct()));
        Assert.Equal((3, 3, 3, 3), (users.Count, users.SelectMany(account => account).Distinct().Count(), Vault.Logins, Vault.Asked("GET", "/v1/kv/data/shop")));
    }

    [Fact]
    public async Task Publish_OtherServiceAccountMayNot_GetsNothingOfWhatTheFirstHas()
    {
        Vault.Role("web", role => role with { ServiceAccounts = ["web"] });
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        await Publish(Pod("web-0", "web"));
        var failure = await PublishFails(Pod("evil-0", "evil"));
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Single(Kernel.Mounts);
    }

    [Theory] // accounts that could be taken for one another if their names were just put side by side
    [InlineData("a", "b/c", "a/b", "c")]
    [InlineData("a%2Fb", "c", "a/b", "c")]
    [InlineData("", "ab", "a", "b")]
    public void Key_NamesThatLookAlikeTogether_AreTwoAccounts(string mount, string role, string otherMount, string otherRole)
        => Assert.NotEqual(Account(mount, role).Key, Account(otherMount, otherRole).Key);

    [Fact]
    public async Task Publish_LoginPerPod_IsOneForEach()
    {
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user}", ("loginPer", "pod"));
        await Publish(Pod("web-0"));
        await Publish(Pod("web-1"));
        Assert.Equal((2, 2), (Vault.Logins, Vault.Asked("GET", "/v1/kv/data/shop")));
    }

    [Fact]
    public async Task Publish_TokenOfOneAudience_GoesToItsServerAndNowhereElse()
    {
        await using var bao = await ActorCsi.Fakes.Stores.Vault.VaultServer.Start(Issuer, Time, Authority.Server());
        bao.Role("web", role => role with { Audience = "openbao" }).MountKv2("kv").Put("shop", """{"user": "bao"}""");
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        SetClass("bao", "openbao", "- {objectName: user, secretPath: kv/data/shop, secretKey: user}", ("vaultAddress", bao.Front.Address.AbsoluteUri));
        await Publish(audiences: ["vault", "openbao", ""]);
        await Publish(className: "bao", audiences: ["vault", "openbao", ""]);

        var (vault, other) = (Vault.Front.Address.GetLeftPart(UriPartial.Authority), bao.Front.Address.GetLeftPart(UriPartial.Authority));
        var sent = Vault.Front.Requests.Concat(bao.Front.Requests).Where(request => request.Path.EndsWith("/login", StringComparison.Ordinal))
            .ToDictionary(request => System.Text.Json.JsonDocument.Parse(request.Body).RootElement.GetProperty("jwt").GetString()!, request => request.Host);
        Assert.Equal(2, sent.Count);
        Assert.All(sent, one => Assert.EndsWith("//" + one.Value, Assert.Single(Egress.OriginsThatSaw(one.Key)), StringComparison.Ordinal));
        Assert.Equal([vault], Egress.OriginsThatSaw(Vault.Tokens[0].Id));
        Assert.Equal([other], Egress.OriginsThatSaw(bao.Tokens[0].Id));
        Assert.Equal([.. new[] { vault, other }.Order(StringComparer.Ordinal)], Egress.Origins);
    }

    private static Grains.Providers.Vault.VaultAccount Account(string mount, string role) => new()
    {
        Provider = "vault",
        Address = "https://vault.example.com/",
        Namespace = "",
        AuthMount = mount,
        Role = role,
        PodNamespace = "default",
        ServiceAccount = "web",
        Audience = "vault",
    };
}
