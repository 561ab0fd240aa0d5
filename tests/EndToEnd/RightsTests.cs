using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>The rights that the manifests in deploy/ give the driver are those that it needs.</summary>
public sealed class RightsTests
{
    [MountFact]
    public async Task Serve_ThroughAVolumesLife_NeedsTheShippedRightsAndNoOthers()
    {
        await using var cluster = await FakeCluster.Start();
        var rights = DriverRights.AsShipped();
        cluster.Allows = rights.Allow;
        cluster.Add("""{"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "csi.actorcsi.io"}, "spec": {"podInfoOnMount": true} }""");
        cluster.Add("""{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default", "name": "database", "uid": "uid-database"} }""");
        cluster.Add("""
            {"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "default", "name": "database"}, "spec":
            {"provider": "database", "parameters": {"a": "b"}, "secretObjects": [{"secretName": "synced", "type": "Opaque", "data": [{"objectName": "secret", "key": "secret"}]}]} }
            """);
        cluster.Add("""{"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClassPodStatus", "metadata": {"namespace": "default", "name": "database-default-database", "labels": {}} }"""); // the peer's
        cluster.Add("""{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node", "labels": {"topology.kubernetes.io/region": "eu-west-1"} } }""");
        cluster.Add("""{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "default", "name": "app"} }""");
        cluster.Add("""
            {"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "default", "name": "cloud"}, "spec":
            {"provider": "aws", "parameters": {"objects": "- {objectName: a, objectType: secretsmanager}"} } }
            """);
        using var node = new TestNode();
        File.WriteAllText(node["kubeconfig"], cluster.KubeConfig());
        node.Environment.Add($"ACTORCSI_KUBERNETES={node["kubeconfig"]}");
        await using var plugin = await FakePlugin.Start(node.Plugins, "database");
        plugin.Answers(_ => FakePlugin.Bundle("1", ("secret", "first"))).Answers(_ => FakePlugin.Bundle("2", ("secret", "second")))
            .Fails(StatusCode.NotFound, "no such secret").Answers(_ => FakePlugin.Bundle("3", ("secret", "third"))).Fails(StatusCode.NotFound, "no such secret");
        node.KeepStateInMemory();
        await node.Start();
        var volume = node.Volume("database");

        var cloud = node.Volume("cloud", "cloud");
        cloud.BringNews("sts.amazonaws.com");
        var noRole = await Assert.ThrowsAsync<RpcException>(() => cloud.Publish()); // the node's region is known by then
        Assert.Contains("has no annotation eks.amazonaws.com/role-arn", noRole.Status.Detail, StringComparison.Ordinal);
        await volume.Publish();
        await Done("patch secretproviderclasspodstatuses", "create secrets ");
        await volume.Republish();
        await Done("patch secrets ");
        await volume.Republish();
        await Done("create events ");
        await volume.Republish();
        Assert.Equal("third", volume.Read("secret"));
        await node.KillAndRestart();
        await volume.Republish(); // fails again, and the event of the former run is found
        await Done("patch events ");
        await volume.Unpublish();
        Assert.Equal(["get csidrivers.storage.k8s.io", "list secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io"], rights.Unused); // those of doctor

        node.Run("sh", "-c", $"{MountNamespace.DotNet} {DriverRun.Program} doctor --state-dir {node.State} || true"); // by the driver's own kubeconfig; it will find this and that

        Assert.Contains(cluster.Requests, request => request is { Verb: "get", Resource: "csidrivers", Code: 200 });
        Assert.Contains(cluster.Requests, request => request is { Verb: "list", Resource: "secretproviderclasspodstatuses", Code: 200 });
        Assert.Empty(rights.Missing);

        async Task Done(params string[] requests)
        {
            try
            {
                await cluster.Until(_ => requests.All(wanted => cluster.Requests.Any(request => request.Code is >= 200 and < 300 && request.ToString().StartsWith(wanted, StringComparison.Ordinal))));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{string.Join(" and ", requests)} did not come, but:\n{string.Join('\n', cluster.Requests.Select(request => $"{request} {request.Code}"))}\n{node.Log}");
            }
        }
    }
}
