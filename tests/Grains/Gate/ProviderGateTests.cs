using System.Diagnostics.Metrics;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gate;
using ActorCsi.Testing;
using ActorCsi.Tests.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ActorCsi.Tests.Gate;

/// <summary>An endpoint is asked no more than it can bear, and whoever has to wait waits in the right order or is told at once.</summary>
public sealed class ProviderGateTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly VirtualTime _time = new();
    private readonly ScriptedProvider _provider = new("vault");
    private readonly ProviderLimits _limits = new() { Chance = () => 0 };
    private readonly ProviderGates _gates;
    private readonly List<(FetchUrgency Urgency, TaskCompletionSource<SecretBundle> Answer)> _asked = [];

    public ProviderGateTests()
        => _gates = new ProviderGates(Options.Create(_limits), _time, new ProviderMetrics(_services.GetRequiredService<IMeterFactory>()));

    [Fact]
    public async Task Fetch_SeveralWait_GoInTheOrderOfTheirUrgency()
    {
        _limits.Concurrency = 1;
        AnswersWhenTold();
        var running = Fetch(default);
        var late = Fetch(new FetchUrgency(false, _time.GetUtcNow().AddHours(2)));
        var soon = Fetch(new FetchUrgency(false, _time.GetUtcNow().AddHours(1)));
        var pod = Fetch(FetchUrgency.First);

        Task<SecretBundle>[] inOrder = [running, pod, soon, late];
        for (var i = 0; i < inOrder.Length; i++)
        {
            await UntilAsked(i + 1);
            _asked[i].Answer.SetResult(Bundle());
            await inOrder[i].Soon();
        }

        Assert.Equal(4, _asked.Count);
    }

    [Fact]
    public async Task Fetch_QueueFullOfRefreshes_ANewPodTakesTheLastPlace()
    {
        (_limits.Concurrency, _limits.Queue) = (1, 1);
        AnswersWhenTold();
        _ = Fetch(default);
        var refresh = Fetch(default);

        var pod = Fetch(FetchUrgency.First);

        Assert.Equal(VolumeError.ProviderUnavailable, (await Assert.ThrowsAsync<VolumeException>(() => refresh.Soon())).Error);
        Assert.False(pod.IsCompleted);
    }

    [Fact]
    public async Task Fetch_QueueFull_IsRefusedAtOnce()
    {
        (_limits.Concurrency, _limits.Queue) = (1, 1);
        AnswersWhenTold();
        _ = Fetch(default);
        _ = Fetch(default);

        Assert.Equal(VolumeError.ProviderUnavailable, (await Fails()).Error);
        Assert.Single(_asked);
    }

    [Fact]
    public async Task Fetch_RaisedWhileItWaits_GoesForward()
    {
        _limits.Concurrency = 1;
        AnswersWhenTold();
        var running = Fetch(default);
        var before = Fetch(new FetchUrgency(false, _time.GetUtcNow().AddHours(1)));
        var ticket = new FetchTicket(default);
        var raised = Gate.Fetch(_provider, Request(default), ticket, CancellationToken.None);

        Gate.Raise(ticket, FetchUrgency.First);
        _asked[0].Answer.SetResult(Bundle());
        await running.Soon();
        await UntilAsked(2);
        _asked[1].Answer.SetResult(Bundle());

        await raised.Soon();
        Assert.False(before.IsCompleted);
    }

    [Fact]
    public async Task Fetch_CallerGivesUpWhileItWaits_LeavesTheQueue()
    {
        _limits.Concurrency = 1;
        AnswersWhenTold();
        _ = Fetch(default);
        using var giveUp = new CancellationTokenSource();
        var waiting = Gate.Fetch(_provider, Request(default), giveUp.Token);
        Assert.Equal(1, Gate.Waiting);

        giveUp.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        Assert.Equal(0, Gate.Waiting);
    }

    [Fact]
    public async Task Fetch_NoPlaceForAWhile_RefreshIsRefusedAndANewPodWaitsOn()
    {
        (_limits.Concurrency, _limits.Timeout) = (1, TimeSpan.FromHours(1));
        AnswersWhenTold();
        _ = Fetch(default);
        var refresh = Fetch(default);
        var pod = Fetch(FetchUrgency.First);

        _time.Advance(_limits.QueueTimeout);

        Assert.Equal(VolumeError.ProviderUnavailable, (await Assert.ThrowsAsync<VolumeException>(() => refresh.Soon())).Error);
        Assert.Equal(1, Gate.Waiting);
        _asked[0].Answer.SetResult(Bundle());
        await UntilAsked(2);
        _asked[1].Answer.SetResult(Bundle());
        await pod.Soon();
    }

    [Fact]
    public async Task Fetch_ProviderSaysRetryAfter_IsNotAskedBefore()
    {
        Throttles(TimeSpan.FromMinutes(5));
        await Fails();

        var refused = await Fails();
        _time.Advance(TimeSpan.FromMinutes(5) - _limits.QueueTimeout - TimeSpan.FromSeconds(1));
        await Fails();

        Assert.Equal((VolumeError.ProviderThrottles, TimeSpan.FromMinutes(5)), (refused.Error, refused.RetryAfter));
        Assert.Single(_provider.Fetches);
    }

    [Fact]
    public async Task Fetch_PauseEndsSoon_WaitsForItInTheQueue()
    {
        Throttles(TimeSpan.FromSeconds(10)).Gives("content");
        await Fails();

        var fetch = Fetch(default);
        Assert.Equal(1, Gate.Waiting);
        _time.Advance(TimeSpan.FromSeconds(10));

        await fetch.Soon();
        Assert.Equal(2, _provider.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_ANewPodIsThrottled_StaysAndIsTheFirstAfterThePause()
    {
        Throttles(TimeSpan.FromSeconds(10)).Gives("content");
        var pod = Fetch(FetchUrgency.First);
        var refresh = Fetch(new FetchUrgency(false, _time.GetUtcNow()));
        Assert.Equal(2, Gate.Waiting);

        _time.Advance(TimeSpan.FromSeconds(10));

        await pod.Soon();
        Assert.False(refresh.IsCompleted); // the pace is one a second now
        Assert.Equal(2, _provider.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_ANewPodIsThrottledForLong_IsToldAtOnce()
    {
        Throttles(_limits.NewPodTimeout);

        Assert.Equal(VolumeError.ProviderThrottles, (await Assert.ThrowsAsync<VolumeException>(() => Fetch(FetchUrgency.First).Soon())).Error);
    }

    [Fact]
    public async Task Fetch_AfterAThrottle_IsPaced()
    {
        Throttles(TimeSpan.FromSeconds(1)).Gives("content");
        await Fails();
        var fetches = Enumerable.Range(0, 10).Select(_ => Fetch(default)).ToArray();

        _time.Advance(TimeSpan.FromSeconds(1));
        await fetches[0].Soon();
        Assert.Equal(2, _provider.Fetches.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        await fetches[1].Soon();

        Assert.Equal(3, _provider.Fetches.Count);
        Assert.Equal(8, Gate.Waiting);
    }

    [Fact]
    public async Task Fetch_BreakerStaysOpen_PausesTwiceAsLongUpToAMinute()
    {
        _limits.BreakerFailures = 2;
        _provider.Fails(VolumeError.ProviderUnavailable);
        await Fails();
        await Fails();

        var pauses = new List<double>();
        for (var i = 0; i < 4; i++)
        {
            var refused = await Fails();
            pauses.Add(Math.Round(refused.RetryAfter!.Value.TotalSeconds));
            _time.Advance(refused.RetryAfter.Value);
            await Fails(); // the one that tries
        }

        Assert.Equal([15, 30, 60, 60], pauses);
        Assert.Equal(2 + 4, _provider.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_TheOneThatTriesSucceeds_ClosesTheBreaker()
    {
        _limits.BreakerFailures = 2;
        _provider.Fails(VolumeError.ProviderUnavailable).Fails(VolumeError.ProviderUnavailable).Gives("content");
        await Fails();
        await Fails();
        _time.Advance(_limits.BreakerPause);

        await Fetch(default).Soon();
        await Fetch(default).Soon();

        Assert.Equal(4, _provider.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_SomeHang_TheLimitForTheOthersStays()
    {
        _provider.Hangs();
        for (var i = 0; i < 3; i++)
        {
            var hung = Fetch(default);
            _time.Advance(_limits.Timeout);
            await Assert.ThrowsAsync<VolumeException>(() => hung.Soon());
        }

        for (var i = 0; i < 64; i++)
            _ = Fetch(default);

        Assert.Equal((64, 0), (Gate.Active, Gate.Waiting));
    }

    [Fact]
    public async Task Fetch_AnotherEndpoint_HasAGateOfItsOwn()
    {
        Throttles(TimeSpan.FromMinutes(5)).Gives("content");
        await Fails();

        await _gates.For("vault", "https://other").Fetch(_provider, Request(default), CancellationToken.None).Soon();
    }

    public void Dispose()
    {
        _gates.Dispose();
        _services.Dispose();
    }

    private ProviderGate Gate => _gates.For("vault");

    private Task<SecretBundle> Fetch(FetchUrgency urgency) => Gate.Fetch(_provider, Request(urgency), CancellationToken.None);

    private async Task<VolumeException> Fails() => await Assert.ThrowsAsync<VolumeException>(() => Fetch(default).Soon());

    private static FetchRequest Request(FetchUrgency urgency) => Requests.For(Requests.Class("vault")) with { Urgency = urgency };

    private ScriptedProvider Throttles(TimeSpan retryAfter)
        => _provider.Then((_, _) => throw new VolumeException(VolumeError.ProviderThrottles, "429") { RetryAfter = retryAfter });

    private void AnswersWhenTold() => _provider.Then((request, _) =>
    {
        var answer = new TaskCompletionSource<SecretBundle>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_asked)
            _asked.Add((request.Urgency, answer));
        return answer.Task;
    });

    /// <summary>A turn in the queue is given on another thread.</summary>
    private async Task UntilAsked(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            lock (_asked)
            {
                if (_asked.Count >= count)
                    return;
            }
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static SecretBundle Bundle() => new() { Files = [] };
}
