using System.Collections.Concurrent;
using System.Diagnostics;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>What a request to a store tells of itself: a span for the call, a measurement for each attempt, and in neither anything that was sent or answered.</summary>
public sealed class SignalsTests : HttpTest
{
    private const string Duration = "actorcsi.provider.request.duration";

    private readonly string _purpose = $"test {Guid.NewGuid():N}"; // other tests trace too
    private readonly ConcurrentQueue<Activity> _stopped = new();

    [Fact]
    public async Task Send_TriedTwice_IsOneSpanAndTwoMeasurements()
    {
        using var listening = Listen();
        using var measured = new Measurements(Meters);
        Server.Break(StoreFaults.Status(500, "the secret"));

        using var answer = await SendThroughTime(Client(), Get("secret?key=a") with { Purpose = _purpose }).Soon();

        var span = Assert.Single(_stopped);
        Assert.Equal((ActivityKind.Client, ActivityStatusCode.Unset), (span.Kind, span.Status));
        Assert.Equal(
            [("http.request.method", "GET"), ("http.response.status_code", 200), ("server.address", (object?)"localhost"), ("server.port", Server.Address.Port)],
            span.TagObjects.Select(tag => (tag.Key, tag.Value)).OrderBy(tag => tag.Key, StringComparer.Ordinal));
        Assert.Equal([$"{{request={_purpose},code=500}}", $"{{request={_purpose},code=200}}"], measured.Of(Duration).Select(one => one.Labels));
        Assert.All(Server.Requests, request => Assert.DoesNotContain("traceparent", request.Headers.Keys));
    }

    [Fact]
    public async Task Send_Refused_TheSpanHasTheStatus()
    {
        using var listening = Listen();
        Server.Break(StoreFaults.Status(403, "no, because"));

        using var answer = await Client().Send(Get() with { Purpose = _purpose }, CancellationToken.None).Soon();

        var span = Assert.Single(_stopped);
        Assert.Equal((403, ActivityStatusCode.Error, null), (span.GetTagItem("http.response.status_code"), span.Status, span.StatusDescription));
    }

    [Fact]
    public async Task Send_NoAnswer_IsToldByItsKind()
    {
        using var listening = Listen();
        using var measured = new Measurements(Meters);
        Server.Break(StoreFaults.BreakOff);

        await Assert.ThrowsAsync<VolumeException>(() => Client().Send(Post() with { Purpose = _purpose }, CancellationToken.None).Soon());

        var span = Assert.Single(_stopped);
        Assert.Equal((ActivityStatusCode.Error, "ProviderUnavailable", null), (span.Status, span.StatusDescription, span.GetTagItem("http.response.status_code")));
        Assert.Equal([$"{{request={_purpose},code=<error>}}"], measured.Of(Duration).Select(one => one.Labels));
    }

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ActorCsi.Grains",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.DisplayName == _purpose)
                    _stopped.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
