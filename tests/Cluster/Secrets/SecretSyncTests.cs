using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Cluster.Secrets;

/// <summary>secretObjects become Secrets that are as the volumes are, belong to what the pods belong to, and are written when something is other and not else.</summary>
public sealed class SecretSyncTests
{
    [Fact]
    public async Task Publish_First_MakesTheSecretWithItsOwnersInOneWrite()
    {
        await using var node = await Started();

        await node.Volume("web-0", "database").Publish();
        await node.Until(() => node.Secret("credentials") is not null);

        var secret = node.Api.Find("secrets", "default", "credentials")!;
        Assert.Equal("password=hunter2, user=admin", node.Secret("credentials"));
        Assert.Equal("Opaque", secret["type"]!.GetValue<string>());
        Assert.Equal("""{"app":"web","secrets-store.csi.k8s.io/managed":"true"}""", secret["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("text", secret["metadata"]!["annotations"]!["note"]!.GetValue<string>());
        Assert.Equal(["ReplicaSet/web"], node.OwnersOf("credentials"));
        Assert.Equal(["create"], SecretWrites(node));
    }

    [Fact]
    public async Task Publish_PodsThatShareIt_AddTheirOwnersAndItGoesWithTheLast()
    {
        await using var node = await Started();
        var volumes = new[] { node.Volume("web-0", "database"), node.Volume("web-1", "database"), node.Volume("job-0", "database", "job"), node.Volume("job-1", "database", "job") };

        await Task.WhenAll(volumes.Select(volume => volume.Publish()));
        await node.Until(() => node.OwnersOf("credentials").Count() == 2);
        await node.Settle();

        Assert.Equal(["ReplicaSet/job", "ReplicaSet/web"], node.OwnersOf("credentials").Order(StringComparer.Ordinal));
        Assert.InRange(node.Writes.Count(write => write.Resource == "secrets"), 1, 2); // and none of them for a second pod of the same owner
        node.Api.Remove("replicasets", "default", "web");
        node.Api.CollectGarbage();
        Assert.NotNull(node.Secret("credentials"));
        node.Api.Remove("replicasets", "default", "job");
        node.Api.CollectGarbage();
        Assert.Null(node.Secret("credentials"));
    }

    [Fact]
    public async Task Publish_PodThatStandsAlone_OwnsByItsStatus()
    {
        await using var node = await Started();

        await node.Volume("alone", "database", replicaSet: null).Publish();
        await node.UntilLater(() => node.Secret("credentials") is not null); // its status may come after it was asked for

        Assert.Equal(["SecretProviderClassPodStatus/alone-default-database"], node.OwnersOf("credentials"));
        node.Api.Remove("pods", "default", "alone");
        node.Api.CollectGarbage();
        Assert.Null(node.Secret("credentials"));
    }

    [Fact]
    public async Task Refresh_OtherContent_WritesOnce_SameContent_Never()
    {
        await using var node = await Started();
        var volume = await Published(node);

        await volume.PublishNews();
        await node.Settle();
        Assert.Single(SecretWrites(node));
        node.Store.Put("database", "2", ("user", "admin"), ("password", "hunter3"));
        await volume.PublishNews();
        await node.Until(() => node.Secret("credentials") == "password=hunter3, user=admin");
        await volume.PublishNews();
        await node.Settle();

        Assert.Equal(["create", "patch"], SecretWrites(node));
    }

    [Fact]
    public async Task Refresh_PodsThatShareIt_OneWriteAndNoneBack()
    {
        await using var node = await Started();
        var first = await Published(node);
        var second = node.Volume("web-1", "database");
        await second.Publish();
        await node.Settle();
        node.Store.Put("database", "2", ("user", "admin"), ("password", "hunter3"));
        node.Time.Advance(TimeSpan.FromSeconds(1));

        await first.PublishNews(); // the second still shows what it had
        await node.Until(() => node.Secret("credentials") == "password=hunter3, user=admin");
        await AfterCheck(node);
        Assert.Equal("password=hunter3, user=admin", node.Secret("credentials"));
        await second.PublishNews();
        await AfterCheck(node);

        Assert.Equal(["create", "patch"], SecretWrites(node));
    }

    [Fact]
    public async Task Publish_SecretOfSomebodyElse_IsLeftAloneAndThePodIsTold()
    {
        await using var node = await Started();
        node.Api.Add("""{"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "credentials"}, "data": {"own": "eA=="}}""");

        await node.Volume("web-0", "database").Publish();
        await node.Until(() => node.Events.Any());

        var (reason, _, message) = Assert.Single(node.Events);
        Assert.Equal("SecretSyncRefused", reason);
        Assert.Contains("hand it over", message);
        Assert.DoesNotContain("hunter2", message);
        Assert.Equal("own=x", node.Secret("credentials"));
        Assert.Empty(SecretWrites(node));

        var handedOver = node.Api.Find("secrets", "default", "credentials")!;
        handedOver["metadata"]!["labels"] = new System.Text.Json.Nodes.JsonObject { ["secrets-store.csi.k8s.io/managed"] = "true" };
        node.Api.Add(handedOver);
        await node.UntilLater(() => node.Secret("credentials") == "password=hunter2, user=admin");
    }

    [Fact]
    public async Task Publish_FileThatIsNotThere_IsToldAndMendedWithTheClass()
    {
        await using var node = await Started();
        node.SetSecrets("database", Credentials() with { Data = [new("gone", "key")] });
        var volume = node.Volume("web-0", "database");

        await volume.Publish();
        await node.Until(() => node.Events.Any());
        Assert.Contains("no file 'gone'", Assert.Single(node.Events).Message);
        Assert.Equal("FailedToCreateSecret", Assert.Single(node.Events).Reason);

        node.SetSecrets("database", Credentials()); // the class is mended; the next republish sees it and need not ask the store
        await volume.Publish();
        await node.Until(() => node.Secret("credentials") is not null);
    }

    [Fact]
    public async Task Check_DeletedOrEditedByHand_IsMadeGood()
    {
        await using var node = await Started();
        await Published(node);

        node.Api.Remove("secrets", "default", "credentials");
        await node.UntilLater(() => node.Secret("credentials") is not null);
        var edited = node.Api.Find("secrets", "default", "credentials")!;
        edited["data"]!["user"] = "eA==";
        node.Api.Add(edited);
        await node.UntilLater(() => node.Secret("credentials") == "password=hunter2, user=admin");
    }

    [Fact]
    public async Task Publish_PodIsGone_OthersAreServed()
    {
        await using var node = await Started();
        var gone = node.Volume("gone", "database");
        node.Api.Remove("pods", "default", "gone");
        var other = node.Volume("web-0", "database");

        await gone.Publish();
        await node.Settle();
        Assert.Null(node.Secret("credentials"));
        await other.Publish();
        await node.Until(() => node.Secret("credentials") is not null);

        Assert.Equal(["ReplicaSet/web"], node.OwnersOf("credentials"));
    }

    [Fact]
    public async Task Publish_NotAllowedToWriteSecrets_IsToldWithTheMend()
    {
        await using var node = await Started();
        node.Api.Allows = request => request.Resource != "secrets";

        await node.Volume("web-0", "database").Publish();
        await node.Until(() => node.Events.Any());

        Assert.Contains("syncSecret.enabled", Assert.Single(node.Events).Message);
        Assert.NotNull(node.Status("web-0", "database"));
    }

    [Fact]
    public async Task Restart_NothingOther_WritesNothing()
    {
        await using var node = await Started();
        var volume = await Published(node);

        await node.Restart();
        await volume.Publish();
        await AfterCheck(node);

        Assert.Equal(["create"], SecretWrites(node));
    }

    [Fact]
    public async Task Refresh_ClassNoLongerListsIt_LeavesItAsItIs()
    {
        await using var node = await Started();
        var volume = await Published(node);

        node.SetSecrets("database");
        await volume.Publish();
        await node.Settle();
        node.Api.Remove("secrets", "default", "credentials");
        node.Time.Advance(TimeSpan.FromMinutes(20));
        await node.Settle();

        Assert.Null(node.Secret("credentials"));
    }

    /// <summary>The volumes' own files are never in the way of a Secret that cannot be made.</summary>
    [Fact]
    public async Task Publish_OneSecretAtFault_TheOthersAreMade()
    {
        await using var node = await Started();
        node.SetSecrets("database", Credentials() with { SecretName = "broken", Data = [] }, Credentials() with { SecretName = "" }, Credentials());

        await node.Volume("web-0", "database").Publish();
        await node.Until(() => node.Secret("credentials") is not null && node.Events.Count() == 2);

        Assert.Null(node.Secret("broken"));
    }

    private static SecretObject Credentials() => new("credentials", "Opaque", new([new("app", "web")]), new([new("note", "text")]), [new("user", "user"), new("password", "password")]);

    private static IEnumerable<string> SecretWrites(ClusterNode node) => node.Writes.Where(write => write.Resource == "secrets").Select(write => write.Verb);

    /// <summary>Lets the Secret be looked at once more, and what comes of it happen.</summary>
    private static async Task AfterCheck(ClusterNode node)
    {
        var looks = node.Requests.Count(IsLook);
        await node.UntilLater(() => node.Requests.Count(IsLook) > looks);
        await node.Settle();
    }

    private static bool IsLook(Fakes.Cluster.ApiRequest request) => request is { Verb: "get", Resource: "secrets" };

    private static async Task<ClusterNode> Started()
    {
        var node = await ClusterNode.Start();
        node.AddClass("database", ("user", "admin"), ("password", "hunter2"));
        node.SetSecrets("database", Credentials());
        return node;
    }

    private static async Task<TestVolume> Published(ClusterNode node)
    {
        var volume = node.Volume("web-0", "database");
        await volume.Publish();
        await node.Until(() => node.Secret("credentials") is not null);
        return volume;
    }
}
