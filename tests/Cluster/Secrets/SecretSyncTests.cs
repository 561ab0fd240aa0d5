using ActorCsi.Fakes.Cluster;
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

    /// <summary>In an update of an application the pods of the old class and of the new one run side by side.</summary>
    [Fact]
    public async Task Publish_TwoClassesWithOtherContent_TheLaterOneCountsAndTheOthersPodIsTold()
    {
        await using var node = await Started();
        AddNewClass(node, "hunter3");
        var (former, latter) = (node.Volume("web-0", "database"), node.Volume("web-1", "database-2", "web-2"));

        await former.Publish();
        await node.Until(() => node.Secret("credentials") == "password=hunter2, user=admin");
        await latter.Publish();
        await node.Until(() => node.Secret("credentials") == "password=hunter3, user=admin");
        Assert.Empty(node.Events); // it may be an update, and soon over
        node.Store.Put("database", "2", ("user", "admin"), ("password", "hunter4"));
        await former.PublishNews();
        await node.UntilLater(() => node.Events.Any());

        var (reason, _, message) = Assert.Single(node.Events);
        Assert.Equal("SecretSyncConflict", reason);
        Assert.Contains("SecretProviderClass database-2", message);
        Assert.Equal("web-0", Assert.Single(node.Api.All("events"))["involvedObject"]!["name"]!.GetValue<string>());
        Assert.Equal("password=hunter3, user=admin", node.Secret("credentials"));
        Assert.Equal(["ReplicaSet/web", "ReplicaSet/web-2"], node.OwnersOf("credentials").Order(StringComparer.Ordinal));
    }

    /// <summary>Nodes know each other's classes by what stands in the Secret.</summary>
    [Fact]
    public async Task Publish_SecretOfALaterClassOfAnotherNode_IsLeftUntilThatClassIsGone()
    {
        await using var node = await Started();
        AddNewClass(node, "hunter3");
        node.Api.Add("""
            {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": {"password": "aHVudGVyMw=="}, "metadata": {"namespace": "default", "name": "credentials",
             "labels": {"secrets-store.csi.k8s.io/managed": "true"}, "annotations": {"actorcsi.io/class": "database-2", "actorcsi.io/served-at": "2020-01-01T00:00:00Z"} } }
            """);

        await node.Volume("web-0", "database").Publish();
        await node.UntilLater(() => node.Events.Any());
        Assert.Equal("password=hunter3", node.Secret("credentials"));
        Assert.Equal(["ReplicaSet/web"], node.OwnersOf("credentials"));

        node.Api.Remove("secretproviderclasses", "default", "database-2");
        await node.UntilLater(() => node.Secret("credentials") == "password=hunter2, user=admin");
    }

    [Fact]
    public async Task Publish_TwoClassesWithTheSameContent_NobodyIsToldAndNothingIsWritten()
    {
        await using var node = await Started();
        AddNewClass(node, "hunter2");
        await Published(node);

        await node.Volume("web-1", "database-2").Publish();
        await AfterCheck(node);
        await AfterCheck(node);
        await AfterCheck(node);

        Assert.Empty(node.Events);
        Assert.Equal(["create"], SecretWrites(node));
    }

    /// <summary>As on OpenShift: whose a Secret is may be changed by who may delete it.</summary>
    [Fact]
    public async Task Publish_ClusterGuardsOwners_TheRightsForThatAreEnough()
    {
        await using var node = await Started();
        (node.Api.GuardsOwners, node.Api.Allows) = (true, DriverRights.OnOpenShift().Allow);
        await Published(node);

        await node.Volume("job-0", "database", "job").Publish();
        await node.Until(() => node.OwnersOf("credentials").Count() == 2);
    }

    [Fact]
    public async Task Publish_ClusterGuardsOwnersAndTheRightIsMissing_IsToldWithTheMend()
    {
        await using var node = await Started();
        (node.Api.GuardsOwners, node.Api.Allows) = (true, DriverRights.AsShipped().Allow);
        await Published(node);

        await node.Volume("job-0", "database", "job").Publish();
        await node.Until(() => node.Events.Any());

        Assert.Contains("on OpenShift with openshift too", Assert.Single(node.Events).Message);
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

    /// <summary>A class that was made after the other, as the API server has it too.</summary>
    private static void AddNewClass(ClusterNode node, string password)
    {
        node.AddClass("database-2", ("user", "admin"), ("password", password));
        node.SetSecrets("database-2", Credentials());
        node.Api.Add("""{"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "default", "name": "database-2"}, "spec": {"secretObjects": [{"secretName": "credentials"}]} }""");
    }

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
