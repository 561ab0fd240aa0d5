using System.Diagnostics;
using System.Diagnostics.Metrics;
using ActorCsi.Telemetry;
using ActorCsi.Telemetry.Otlp;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Telemetry;

/// <summary>What is measured and traced reaches a collector in either of OTLP's forms, the last of it when the driver stops.</summary>
public class OtlpTests
{
    [Theory]
    [InlineData("grpc", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")]
    [InlineData("http/protobuf", "/v1/traces", "/v1/metrics")]
    public async Task Stop_SomethingWasMeasuredAndTraced_ItIsSent(string protocol, string traces, string metrics)
    {
        await using var collector = await FakeCollector.Start(protocol);
        var mark = Guid.NewGuid().ToString("N"); // other tests measure too
        using var source = new ActivitySource($"ActorCsi.{mark}");
        using var meter = new Meter($"ActorCsi.{mark}");
        using var host = Build(Options(collector.Endpoint, protocol));
        await host.StartAsync().Soon();

        using (var activity = source.StartActivity("a span", ActivityKind.Server))
            activity?.SetTag("rpc.method", "a method");
        meter.CreateCounter<long>("a.count").Add(1, new KeyValuePair<string, object?>("provider", "a provider"));
        await host.StopAsync().Soon();

        Assert.Equal([metrics, traces], collector.Paths.Order(StringComparer.Ordinal));
        Assert.All((string[])[mark, "a span", "rpc.method", "a method", "actorcsi", "k8s.node.name", "node-1"], text => Assert.Contains(text, collector.Text(traces), StringComparison.Ordinal));
        Assert.All((string[])[mark, "a.count", "a provider", "k8s.node.name"], text => Assert.Contains(text, collector.Text(metrics), StringComparison.Ordinal));
    }

    /// <summary>HttpClient and Kestrel trace too, also the calls that carry the export.</summary>
    [Fact]
    public async Task Stop_OthersTrace_TheirSpansStayHere()
    {
        await using var collector = await FakeCollector.Start("http/protobuf");
        using var others = new ActivitySource("Other.Library");
        using var ours = new ActivitySource("ActorCsi.Ours");
        using var host = Build(Options(collector.Endpoint, "http/protobuf"));
        await host.StartAsync().Soon();

        others.StartActivity("their span")?.Dispose();
        ours.StartActivity("our span")?.Dispose();
        await host.StopAsync().Soon();

        Assert.Contains("our span", collector.Text("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("their span", collector.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:4317", "grpc", "expected http://HOST:PORT")]
    [InlineData("unix:///run/otel.sock", "grpc", "expected http://HOST:PORT")]
    [InlineData("http://127.0.0.1:4317", "thrift", "expected grpc or http/protobuf")]
    public void Validate_NoSuchThing_SaysWhatWasExpected(string endpoint, string protocol, string expected)
        => Assert.Contains(expected, Assert.Throws<ArgumentException>(() => Options(endpoint, protocol).Validate()).Message, StringComparison.Ordinal);

    private static IHost Build(OtlpOptions options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddOtlp(options);
        return builder.Build();
    }

    private static OtlpOptions Options(string endpoint, string protocol)
        => new() { Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute), Protocol = protocol, NodeId = "node-1", Version = "1.2.3" };
}
