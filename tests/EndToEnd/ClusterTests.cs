using ActorCsi.Fakes.Cluster;
using ActorCsi.Silo.Try;
using Csi.V1;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>
/// The whole program in the peer's place on a cluster: before an API server that speaks HTTPS, with the rights that the manifests give, through one volume's life.
/// </summary>
public sealed class ClusterTests
{
    [MountFact]
    public async Task Serve_OnACluster_KeepsItsObjectsThroughAVolumesLife()
    {
        await using var cluster = await FakeCluster.Start();
        var rights = DriverRights.AsShipped();
        cluster.Allows = rights.Allow;
        cluster.Add("""{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default", "name": "web", "uid": "uid-web"} }""");
        AddClass(cluster, "first");
        using var node = new TestNode("--drivername=secrets-store.csi.k8s.io", "--metrics-addr", "127.0.0.1:0", "--kubernetes", Kubernetes(cluster, out var config));
        using var _ = config;
        await using var plugin = await FakePlugin.Start(node.Plugins, "vault");
        plugin.Answers(Asked).Answers(Asked).Fails(StatusCode.PermissionDenied, "no role").Answers(Asked);
        await node.Start();
        var volume = node.Volume("database", "web");

        await volume.Publish();
        await Until.Holds(() => SecretText(cluster) == "first" && Versions(cluster) == "first", "a status object and a Secret");

        AddClass(cluster, "second"); // within half a minute, at a time of the volume's own
        await Until.Holds(() => SecretText(cluster) == "second" && Versions(cluster) == "second", "the status object and the Secret of the changed class");
        Assert.Equal("second", volume.Read("password"));

        await volume.Republish();
        await Until.Holds(() => cluster.All("events").Count == 1, "an event");
        var complaint = cluster.All("events").Single();
        Assert.Equal(("SecretRotationFailed", "Pod", "web", "uid-web"),
            (complaint["reason"]!.ToString(), complaint["involvedObject"]!["kind"]!.ToString(), complaint["involvedObject"]!["name"]!.ToString(), complaint["involvedObject"]!["uid"]!.ToString()));
        Assert.Contains("no role", complaint["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("second", volume.Read("password"));

        await CheckMetrics(cluster, node);
        var writes = cluster.Writes.Count;
        await volume.Unpublish();
        volume.CheckNothingIsLeft();
        cluster.Remove("pods", "default", "web");
        cluster.CollectGarbage();
        Assert.Null(Status(cluster));
        Assert.Null(Secret(cluster));
        Assert.Equal(writes, cluster.Writes.Count);
        Assert.Empty(rights.Missing);
    }

    /// <summary>What the livenessprobe sidecar does: once for the name, then for each request of kubelet's on a connection of its own, for at most 3 seconds.</summary>
    [MountFact]
    public async Task Probe_ApiServerAndPluginsAway_IsReady()
    {
        await using var cluster = await FakeCluster.Start();
        cluster.IsDown = true;
        using var node = new TestNode("--kubernetes", Kubernetes(cluster, out var config));
        using var _ = config;
        await node.Start();

        for (var i = 0; i < 3; i++)
        {
            using var channel = Kubelet.Connect(node.Socket);
            var sidecar = new Identity.IdentityClient(channel);
            Assert.Equal("csi.actorcsi.io", (await sidecar.GetPluginInfoAsync(new())).Name);
            Assert.True((await sidecar.ProbeAsync(new(), deadline: DateTime.UtcNow + TimeSpan.FromSeconds(30))).Ready);
        }
    }

    /// <summary>Each write is counted, by its answer, under names that the documents have.</summary>
    private static async Task CheckMetrics(FakeCluster cluster, TestNode node)
    {
        string[] expected =
        [
            .. cluster.Writes.GroupBy(write => (write.Verb, Resource: write.Group.Length == 0 ? write.Resource : $"{write.Resource}.{write.Group}", write.Code)).Select(writes =>
                $"actorcsi_api_request_duration_seconds_count{{verb=\"{writes.Key.Verb}\",resource=\"{writes.Key.Resource}\",code=\"{writes.Key.Code}\"}} {writes.Count()}"),
            .. cluster.Writes.GroupBy(write => (Method: write.Verb == "create" ? "POST" : "PATCH", write.Code)).Select(writes =>
                $"rest_client_requests_total{{code=\"{writes.Key.Code}\",host=\"{cluster.Address.Authority}\",method=\"{writes.Key.Method}\"}} {writes.Count()}"),
        ];
        string[] metrics = [];
        await Until.Holds(async () => !expected.Except(metrics = (await node.Metrics()).Split('\n')).Any(), "the last answer to be counted"); // the server knows of it before the driver does
        TelemetryTests.CheckDocumented(metrics.Where(line => line.Length > 0 && line[0] != '#'));
    }

    /// <summary>The password that the class asks for, in a version of the same name.</summary>
    private static SecretsStore.V1Alpha1.MountResponse Asked(SecretsStore.V1Alpha1.MountRequest request)
    {
        var wanted = System.Text.Json.Nodes.JsonNode.Parse(request.Attributes)!["password"]!.ToString();
        return FakePlugin.Bundle(wanted, ("password", wanted));
    }

    private static void AddClass(FakeCluster cluster, string password) => cluster.Add($$"""
        {
          "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "default", "name": "database"},
          "spec": {
            "provider": "vault", "parameters": {"password": "{{password}}"},
            "secretObjects": [{"secretName": "credentials", "type": "Opaque", "data": [{"objectName": "password", "key": "password"}]}]
          }
        }
        """);

    private static string Kubernetes(FakeCluster cluster, out TemporaryDirectory directory) => (directory = new TemporaryDirectory()).Write("kubeconfig", cluster.KubeConfig());

    private static System.Text.Json.Nodes.JsonObject? Status(FakeCluster cluster) => cluster.Find("secretproviderclasspodstatuses", "default", "web-default-database");

    private static string? Versions(FakeCluster cluster) => Status(cluster)?["status"]!["objects"]![0]!["version"]!.ToString();

    private static System.Text.Json.Nodes.JsonObject? Secret(FakeCluster cluster) => cluster.Find("secrets", "default", "credentials");

    private static string? SecretText(FakeCluster cluster)
        => Secret(cluster)?["data"]!["password"]!.ToString() is { } text ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
}
