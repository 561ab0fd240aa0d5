using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;

namespace ActorCsi.Tests.Telemetry;

/// <summary>What scrapers read at <c>/metrics</c>, byte for byte, in both formats.</summary>
public class MetricsPageTests
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string Plain = "text/plain; version=0.0.4; charset=utf-8";

    [Fact]
    public async Task Metrics_OneOfEachKind_InThePlainFormat()
    {
        await using var telemetry = await RunningTelemetry.Start();
        OneOfEachKind(telemetry.Meter);

        Assert.Equal(
            """
            # HELP a_count_total Things counted.
            # TYPE a_count_total counter
            a_count_total{label="one"} 3
            a_count_total{label="two"} 0.5
            # HELP b_level_bytes How full.
            # TYPE b_level_bytes gauge
            b_level_bytes 4096
            # HELP c_duration_seconds How long.
            # TYPE c_duration_seconds histogram
            c_duration_seconds_bucket{label="x",le="0.5"} 1
            c_duration_seconds_bucket{label="x",le="1"} 2
            c_duration_seconds_bucket{label="x",le="+Inf"} 3
            c_duration_seconds_sum{label="x"} 31.25
            c_duration_seconds_count{label="x"} 3
            # HELP d_running How many run.
            # TYPE d_running gauge
            d_running 2

            """, await telemetry.Metrics());
    }

    [Fact]
    public async Task Metrics_OneOfEachKind_InOpenMetrics()
    {
        await using var telemetry = await RunningTelemetry.Start();
        OneOfEachKind(telemetry.Meter);

        Assert.Equal(
            """
            # HELP a_count Things counted.
            # TYPE a_count counter
            a_count_total{label="one"} 3
            a_count_total{label="two"} 0.5
            # HELP b_level_bytes How full.
            # TYPE b_level_bytes gauge
            # UNIT b_level_bytes bytes
            b_level_bytes 4096
            # HELP c_duration_seconds How long.
            # TYPE c_duration_seconds histogram
            # UNIT c_duration_seconds seconds
            c_duration_seconds_bucket{label="x",le="0.5"} 1
            c_duration_seconds_bucket{label="x",le="1.0"} 2
            c_duration_seconds_bucket{label="x",le="+Inf"} 3
            c_duration_seconds_sum{label="x"} 31.25
            c_duration_seconds_count{label="x"} 3
            # HELP d_running How many run.
            # TYPE d_running gauge
            d_running 2
            # EOF

            """, await telemetry.Metrics("application/openmetrics-text"));
    }

    [Theory]
    [InlineData(null, Plain)]
    [InlineData("*/*", Plain)]
    [InlineData("text/plain", Plain)]
    [InlineData("nonsense;;;", Plain)]
    [InlineData("application/openmetrics-text", OpenMetrics)]
    [InlineData("application/openmetrics-text;q=0", Plain)]
    [InlineData("text/plain, application/openmetrics-text;q=0.5", Plain)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OpenMetrics)] // Prometheus 2
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OpenMetrics)] // Prometheus 3
    public async Task Metrics_WhateverIsAccepted_SaysWhatItIs(string? accept, string contentType)
    {
        await using var telemetry = await RunningTelemetry.Start();

        using var answer = await telemetry.Ask("/metrics", accept);

        Assert.Equal((HttpStatusCode.OK, contentType), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task Metrics_LabelsWithEveryAwkwardCharacter_AreEscaped()
    {
        await using var telemetry = await RunningTelemetry.Start();
        telemetry.Meter.CreateCounter<long>("odd.name-with/everything", null, "Two\nlines, \"quotes\" and \\.").Add(1, new KeyValuePair<string, object?>("a.label", "\"quoted\"\n\\ü"));

        Assert.Equal(
            """
            # HELP odd_name_with_everything_total Two\nlines, "quotes" and \\.
            # TYPE odd_name_with_everything_total counter
            odd_name_with_everything_total{a_label="\"quoted\"\n\\ü"} 1

            """, await telemetry.Metrics());
    }

    [Fact]
    public async Task Metrics_GaugeSaysNoMore_IsShownNoMore()
    {
        await using var telemetry = await RunningTelemetry.Start();
        Measurement<long>[] says = [new(1, new KeyValuePair<string, object?>("volume", "a")), new(2, new KeyValuePair<string, object?>("volume", "b"))];
        telemetry.Meter.CreateObservableGauge("level", () => says);
        Assert.Contains("level{volume=\"b\"} 2", await telemetry.Metrics(), StringComparison.Ordinal);

        says = says[..1];

        Assert.DoesNotContain("volume=\"b\"", await telemetry.Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_OneGaugeBreaks_TheOthersAreShown()
    {
        await using var telemetry = await RunningTelemetry.Start();
        telemetry.Meter.CreateObservableGauge("broken", new Func<long>(() => throw new InvalidOperationException("a bug")));
        telemetry.Meter.CreateObservableGauge("sound", () => 7L);

        Assert.Contains("sound 7", await telemetry.Metrics(), StringComparison.Ordinal);
        Assert.Contains(telemetry.Log.All, line => line.Contains("could not be read", StringComparison.Ordinal));
    }

    /// <summary>Labels come from closed sets; should one be let in that does not, memory is spared all the same, and what was known before goes on being counted.</summary>
    [Fact]
    public async Task Metrics_LabelWithoutBound_IsCountedTogetherBeyondTheBound()
    {
        await using var telemetry = await RunningTelemetry.Start();
        var counter = telemetry.Meter.CreateCounter<long>("count");
        for (var i = 0; i < 1_000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("pod", $"pod-{i}"));
        counter.Add(1, new KeyValuePair<string, object?>("pod", "pod-0"));

        var samples = (await telemetry.Metrics()).Split('\n').Where(line => line.StartsWith("count_total{", StringComparison.Ordinal)).ToList();

        Assert.Equal(301, samples.Count);
        Assert.Contains("count_total{otel_metric_overflow=\"true\"} 700", samples);
        Assert.Contains("count_total{pod=\"pod-0\"} 2", samples);
    }

    /// <summary>Of another host's in the same process, and of libraries': they are not ours to show.</summary>
    [Fact]
    public async Task Metrics_OtherMeters_AreNotShown()
    {
        await using var telemetry = await RunningTelemetry.Start();
        await using var other = await RunningTelemetry.Start();
        using var library = new Meter("ActorCsi.Other");
        other.Meter.CreateCounter<long>("theirs").Add(1);
        library.CreateCounter<long>("library").Add(1);
        telemetry.Meter.CreateCounter<long>("ours").Add(1);

        var text = await telemetry.Metrics();

        Assert.Contains("ours_total 1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("theirs", text, StringComparison.Ordinal);
        Assert.DoesNotContain("library", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("process_cpu_seconds_total")]
    [InlineData("process_resident_memory_bytes")]
    [InlineData("process_open_fds")]
    [InlineData("process_start_time_seconds")]
    [InlineData("actorcsi_heap_bytes")]
    public async Task Metrics_OfTheProcess_AreAboveNothing(string name)
    {
        await using var telemetry = await RunningTelemetry.Start();

        var sample = Assert.Single((await telemetry.AllMetrics()).Split('\n'), line => line.StartsWith(name + " ", StringComparison.Ordinal));

        Assert.True(double.Parse(sample[(name.Length + 1)..], CultureInfo.InvariantCulture) > 0, sample);
    }

    private static void OneOfEachKind(Meter meter)
    {
        var count = meter.CreateCounter<double>("a.count", "{thing}", "Things counted.");
        count.Add(1, new KeyValuePair<string, object?>("label", "one"));
        count.Add(2, new KeyValuePair<string, object?>("label", "one"));
        count.Add(0.5, new KeyValuePair<string, object?>("label", "two"));
        meter.CreateObservableGauge("b.level", () => 4096L, "By", "How full.");
        var duration = meter.CreateHistogram("c.duration", "s", "How long.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var seconds in (double[])[0.25, 1, 30])
            duration.Record(seconds, new KeyValuePair<string, object?>("label", "x"));
        var running = meter.CreateUpDownCounter<long>("d.running", "{thing}", "How many run.");
        running.Add(3);
        running.Add(-1);
    }
}
