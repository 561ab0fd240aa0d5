namespace ActorCsi.Tests.Cluster.Status;

/// <summary>Each pod and class has its status object, written when something in it is other than before and at no other time.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Publish_First_WritesTheStatusOnce()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = node.Volume("web-0", "database");

        await volume.Publish();
        await node.Until(() => node.Status("web-0", "database") is not null);

        var status = node.Status("web-0", "database")!;
        Assert.Equal("/pods/web-0/database/mount", status["status"]!["targetPath"]!.GetValue<string>());
        Assert.Equal("uid-web-0", status["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>());
        Assert.Equal("""[{"id":"user","version":"1"}]""", status["status"]!["objects"]!.ToJsonString());
        Assert.Equal("create secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io default", Assert.Single(node.Requests).ToString());
    }

    [Fact]
    public async Task Refresh_NothingOther_WritesNothing()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();

        for (var i = 0; i < 3; i++)
            await volume.PublishNews(); // the store is asked, and gives what it gave
        await node.Settle();

        Assert.Single(node.Writes);
    }

    [Fact]
    public async Task Refresh_OtherVersion_WritesOnce()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        node.Store.Put("database", "2", ("user", "admin"), ("extra", "x"));

        await volume.PublishNews();
        await node.Until(() => node.Status("web-0", "database")!["status"]!["objects"]!.ToJsonString() == """[{"id":"extra","version":"2"},{"id":"user","version":"2"}]""");
        await node.Settle();

        Assert.Equal(["create", "patch"], node.Writes.Select(write => write.Verb));
    }

    [Fact]
    public async Task Publish_StatusOfAFormerPodOfThatName_IsBroughtUpToDateInOneWrite()
    {
        await using var node = await ClusterNode.StartWithClass();
        node.Api.Add("""
            {"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClassPodStatus",
             "metadata": {"namespace": "default", "name": "web-0-default-database", "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "web-0", "uid": "former"}]},
             "status": {"mounted": true}}
            """);

        await node.Volume("web-0", "database").Publish();
        await node.Until(() => node.Status("web-0", "database")!["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>() == "uid-web-0");

        Assert.Equal(["create", "get", "patch"], node.Requests.Select(request => request.Verb));
        Assert.Equal("web-0", node.Status("web-0", "database")!["status"]!["podName"]!.GetValue<string>());
        Assert.Equal(ClusterNode.NodeId, node.Status("web-0", "database")!["metadata"]!["labels"]!["internal.secrets-store.csi.k8s.io/node-name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Refresh_StatusWasDeleted_IsMadeAnew()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        node.Api.Remove("secretproviderclasspodstatuses", "default", "web-0-default-database");
        node.Store.Put("database", "2", ("user", "root"));

        await volume.PublishNews();

        await node.Until(() => node.Status("web-0", "database")?["status"]!["objects"]![0]!["version"]!.GetValue<string>() == "2");
    }

    /// <summary>A restart asks no one: not even the API server.</summary>
    [Fact]
    public async Task Restart_StatusAsItShouldBe_AsksNothing()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();
        await node.Until(() => node.Remembered == 1);
        var before = node.Requests.Count;

        await node.Restart();
        await volume.Publish();
        await node.Settle();

        Assert.Equal(before, node.Requests.Count);
    }

    [Fact]
    public async Task Restart_StatusWasNotWrittenYet_IsCaughtUpOnce()
    {
        await using var node = await ClusterNode.StartWithClass();
        node.Api.IsDown = true;
        await node.Volume("web-0", "database").Publish();

        await node.Restart();
        node.Api.IsDown = false;
        await node.Until(() => node.Status("web-0", "database") is not null);
        await node.Settle();

        Assert.Single(node.Writes, write => write.Code == 201);
    }

    /// <summary>The object goes with its pod, by its owner reference; the driver takes none away, and needs no right to.</summary>
    [Fact]
    public async Task Unpublish_LeavesTheStatusToTheClusterAndForgetsIt()
    {
        await using var node = await ClusterNode.StartWithClass();
        var volume = await node.PublishWithStatus();

        await volume.Unpublish();
        await node.Settle();
        Assert.NotNull(node.Status("web-0", "database"));
        node.Api.Remove("pods", "default", "web-0");
        node.Api.CollectGarbage();
        Assert.Null(node.Status("web-0", "database"));

        await node.Volume("web-0", "database").Publish();
        await node.Until(() => node.Status("web-0", "database") is not null);
    }

    [Fact]
    public async Task Publish_RefusedForGood_IsToldOnThePodAndTriedAgainAtLeisure()
    {
        await using var node = await ClusterNode.StartWithClass();
        var name = new string('x', 200);
        var className = new string('c', 60);
        node.AddClass(className, ("file", "x"));

        await node.Volume(name, className).Publish();
        await node.Until(() => node.Events.Any());

        var (reason, count, message) = Assert.Single(node.Events);
        Assert.Equal(("FailedToWriteStatus", 1), (reason, count));
        Assert.Contains("is served", message);
        Assert.Single(node.Writes, write => write.Resource == "secretproviderclasspodstatuses");
    }
}
