using System.Text.RegularExpressions;
using ActorCsi.Silo.Try;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>What the whole program tells of itself, and what it costs when it is not asked to.</summary>
public sealed partial class TelemetryTests
{
    private const string Anywhere = "127.0.0.1:0";

    [MountFact]
    public async Task Metrics_VolumesInService_TellOfThem()
    {
        using var node = new TestNode("--metrics-addr", Anywhere);
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "content")).Then.Fails(StatusCode.PermissionDenied, "no");
        await node.Start();
        var volume = node.Volume("vault");

        await volume.Publish();
        await volume.Publish();
        await Assert.ThrowsAsync<RpcException>(() => node.Volume("vault", "denied").Publish());

        var metrics = (await node.Metrics()).Split('\n');
        Assert.All(
            (string[])[
                "node_publish_total{provider=\"vault\",os_type=\"linux\"} 2",
                "node_publish_error_total{provider=\"vault\",error_type=\"GRPCProviderError\",os_type=\"linux\"} 1",
                "actorcsi_publishes_total{tokens=\"secrets\"} 2",
                "actorcsi_volumes{provider=\"vault\",state=\"serving\"} 1",
                "actorcsi_provider_fetch_duration_seconds_count{provider=\"vault\",outcome=\"ok\"} 1",
                "actorcsi_provider_fetch_duration_seconds_count{provider=\"vault\",outcome=\"ProviderDenies\"} 1",
                "rpc_server_call_duration_seconds_count{rpc_system_name=\"grpc\",rpc_method=\"csi.v1.Node/NodePublishVolume\",rpc_response_status_code=\"OK\"} 2",
            ],
            line => Assert.Contains(line, metrics));
        CheckDocumented(metrics.Where(line => line.Length > 0 && line[0] != '#'));
    }

    /// <summary>Names and labels are those of the table in docs/OBSERVABILITY.md.</summary>
    internal static void CheckDocumented(IEnumerable<string> samples)
    {
        var document = File.ReadAllText(SourceTree.In("docs/OBSERVABILITY.md"));
        var table = Row().Matches(document).ToDictionary(row => row.Groups["name"].Value, row => row.Groups["labels"].Value);
        Assert.All(samples, sample =>
        {
            var name = sample[..sample.AsSpan().IndexOfAny('{', ' ')];
            var family = table.ContainsKey(name) ? name : name[..name.LastIndexOf('_')]; // _bucket, _sum and _count of a histogram
            Assert.True(table.TryGetValue(family, out var labels), name);
            Assert.All(Label().Matches(sample).Select(label => label.Groups["name"].Value).Where(label => label != "le"), label => Assert.Contains($"`{label}`", labels, StringComparison.Ordinal));
        });
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (?:counter|gauge|histogram) \|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("(?<name>[a-z_]+)=\"")]
    private static partial Regex Label();

    [MountFact]
    public async Task Metrics_AfterARestart_TellOfTheVolumesThatWereThere()
    {
        using var node = new TestNode("--metrics-addr", Anywhere);
        node.AddClass("certificate", "pki");
        await node.Start();
        await node.Volume("certificate").Publish();

        await node.KillAndRestart();

        Assert.Contains("actorcsi_volumes{provider=\"pki\",state=\"serving\"} 1", await node.Metrics(), StringComparison.Ordinal);
        Assert.Equal("ok\n", await node.Page("readyz"));
        Assert.Equal("ok\n", await node.Page("healthz"));
    }

    [MountFact]
    public async Task Trace_OfAPublish_GoesFromTheCallThroughTheVolumeToThePlugin()
    {
        await using var collector = await FakeCollector.Start("http/protobuf");
        using var node = new TestNode("--otlp-endpoint", collector.Endpoint, "--otlp-protocol", "http/protobuf");
        await using var plugin = await node.AddPlugin("vault");
        await node.Start();

        await node.Volume("vault").Publish();
        node.Driver.Terminate();
        Assert.Equal(0, await node.Driver.WaitForEnd());

        Assert.All(
            (string[])["csi.v1.Node/NodePublishVolume", "Fetch", "vault", "csi-vault-volume"],
            text => Assert.Contains(text, collector.Text("/v1/traces"), StringComparison.Ordinal));
    }

    /// <summary>From kubelet's call through the volume's grain and its session's to the plugin.</summary>
    [MountFact]
    public async Task Trace_CallerSendsItsOwn_GoesOnInThePlugin()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736", span = "00f067aa0ba902b7";
        await using var collector = await FakeCollector.Start("http/protobuf");
        using var node = new TestNode("--otlp-endpoint", collector.Endpoint, "--otlp-protocol", "http/protobuf");
        await using var plugin = await node.AddPlugin("vault");
        await node.Start();
        var volume = node.Volume("vault");
        Directory.CreateDirectory(Path.GetDirectoryName(volume.Target)!);

        using var channel = Kubelet.Connect(node.Socket);
        await new Csi.V1.Node.NodeClient(channel).NodePublishVolumeAsync(volume.Request, new Metadata { { "traceparent", $"00-{trace}-{span}-01" } });

        var parent = Assert.Single(plugin.TraceParents.Where(parent => parent.Length > 0).Distinct());
        Assert.StartsWith($"00-{trace}-", parent, StringComparison.Ordinal);
        Assert.DoesNotContain(span, parent, StringComparison.Ordinal); // the driver's own span is between
    }

    /// <summary>OpenTelemetry's SDK is some MiB that a node which does not use it need not carry.</summary>
    [MountFact]
    public async Task Otlp_NotAskedFor_ItsAssembliesAreNotLoaded()
    {
        using var node = new TestNode("--metrics-addr", Anywhere);
        node.AddClass("certificate", "pki");
        await node.Start();
        await node.Volume("certificate").Publish();
        await node.Metrics();

        var loaded = await File.ReadAllTextAsync($"/proc/{node.Driver.Id}/maps");

        Assert.Contains("ActorCsi.Telemetry.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", loaded, StringComparison.Ordinal);
    }
}
