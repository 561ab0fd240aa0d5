using System.Diagnostics.Metrics;

namespace ActorCsi.Tests.Telemetry;

/// <summary>Measuring is on the path of every republish: it makes no garbage, and loses nothing when several threads measure at once.</summary>
public class MeasurementCostTests
{
    private static readonly KeyValuePair<string, object?> System = new("rpc.system.name", "grpc"), Method = new("rpc.method", "csi.v1.Node/NodePublishVolume"), Code = new("rpc.response.status_code", "OK");

    [Fact]
    public async Task Measure_SeriesIsKnown_AllocatesNothing()
    {
        await using var telemetry = await RunningTelemetry.Start();
        var (calls, count) = (telemetry.Meter.CreateHistogram<double>("calls"), telemetry.Meter.CreateCounter<long>("count"));
        Measure(calls, count, 1_000); // the series are made, and the code is compiled

        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure(calls, count, 10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Measure_SeveralThreadsAtOnce_LosesNothing()
    {
        await using var telemetry = await RunningTelemetry.Start();
        var (calls, count) = (telemetry.Meter.CreateHistogram<double>("calls"), telemetry.Meter.CreateCounter<long>("count"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Measure(calls, count, 5_000))));

        var text = await telemetry.Metrics();
        Assert.Contains("count_total{rpc_method=\"csi.v1.Node/NodePublishVolume\",rpc_response_status_code=\"OK\"} 40000\n", text, StringComparison.Ordinal);
        Assert.Contains("} 20000\n", text.Split("calls_sum")[1], StringComparison.Ordinal);
        Assert.Contains("le=\"+Inf\"} 40000\n", text, StringComparison.Ordinal);
    }

    private static void Measure(Histogram<double> calls, Counter<long> count, int times)
    {
        for (var i = 0; i < times; i++)
        {
            calls.Record(0.5, System, Method, Code);
            count.Add(1, Method, Code);
        }
    }
}
