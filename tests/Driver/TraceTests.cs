using System.Collections.Concurrent;
using System.Diagnostics;
using Csi.V1;
using Grpc.Core;

namespace ActorCsi.Tests.Driver;

/// <summary>One span for each call about a volume, under the caller's, with how it ended. The names are OpenTelemetry's.</summary>
public sealed class TraceTests : IDisposable
{
    private const string CallersTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallersSpan = "00f067aa0ba902b7";

    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ActivityListener _listener;
    private readonly NodePublishVolumeRequest _request = Recording.Publish();

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ActorCsi.Driver",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _request.VolumeId = $"csi-{Guid.NewGuid():N}"; // other tests trace too
    }

    [Fact]
    public async Task Publish_Sound_OneSpanThatTellsTheCall()
    {
        await using var driver = await RunningDriver.Start();

        await driver.Call(node => node.NodePublishVolumeAsync(_request));

        var span = Assert.Single(Spans);
        Assert.Equal(("csi.v1.Node/NodePublishVolume", ActivityKind.Server, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal(
            [
                ("actorcsi.volume.id", _request.VolumeId), ("rpc.method", "csi.v1.Node/NodePublishVolume"), ("rpc.response.status_code", "OK"),
                ("rpc.system.name", "grpc"),
            ],
            span.TagObjects.Select(tag => (tag.Key, tag.Value)).OrderBy(tag => tag.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Publish_Refused_TheSpanTellsTheCodeAndNotTheMessage()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(VolumeError.ProviderDenies, "no");

        await driver.Refusal(node => node.NodePublishVolumeAsync(_request));

        var span = Assert.Single(Spans);
        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
        Assert.Equal(("PERMISSION_DENIED", "PERMISSION_DENIED"), (span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Publish_CallerTraces_TheSpanIsUnderItsOwn()
    {
        await using var driver = await RunningDriver.Start();
        var headers = new Metadata { { "traceparent", $"00-{CallersTrace}-{CallersSpan}-01" }, { "tracestate", "a=b" } };

        await driver.Call(node => node.NodePublishVolumeAsync(_request, headers));

        var span = Assert.Single(Spans);
        Assert.Equal((CallersTrace, CallersSpan, "a=b", true), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString(), span.TraceStateString, span.HasRemoteParent));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    public async Task Publish_CallersTraceIsNone_TheSpanBeginsATrace(string traceparent)
    {
        await using var driver = await RunningDriver.Start();

        await driver.Call(node => node.NodePublishVolumeAsync(_request, new Metadata { { "traceparent", traceparent } }));

        Assert.Equal(default, Assert.Single(Spans).ParentSpanId);
    }

    public void Dispose() => _listener.Dispose();

    private IEnumerable<Activity> Spans => _stopped.Where(activity => _request.VolumeId.Equals(activity.GetTagItem("actorcsi.volume.id")));
}
