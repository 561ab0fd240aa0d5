using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ActorCsi.Grains.Providers.Gate;

/// <summary>The breaker of an endpoint and the time-out of a fetch: what a fetch passes through when its turn has come.</summary>
internal sealed class FetchBreaker
{
    private readonly string _name;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<SecretBundle> _breaker;
    private readonly ResiliencePipeline<SecretBundle> _timeout;

    /// <param name="name">The provider's name.</param>
    /// <param name="limits">When the breaker opens and for how long, and how long a fetch may take.</param>
    /// <param name="time">The clock.</param>
    public FetchBreaker(string name, ProviderLimits limits, TimeProvider time)
    {
        _name = name;
        _timeout = new ResiliencePipelineBuilder<SecretBundle> { TimeProvider = time }.AddTimeout(limits.Timeout).Build();
        _breaker = new ResiliencePipelineBuilder<SecretBundle> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SecretBundle>
            {
                FailureRatio = 0.9,
                MinimumThroughput = limits.BreakerFailures,
                SamplingDuration = limits.BreakerWindow,
                BreakDurationGenerator = broken => ValueTask.FromResult(Doubled(limits.BreakerPause, broken.HalfOpenAttempts, limits.LongestPause)),
                StateProvider = _state,
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is TimeoutRejectedException or OperationCanceledException or
                    VolumeException { Error: VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles }),
            })
            .Build();
    }

    /// <summary>Where the breaker stands.</summary>
    public CircuitState State => _state.CircuitState;

    /// <summary>
    /// A closed breaker need not be asked, and is told what came of the fetch. It is not told of one that its caller gave up: that says nothing of the provider, and the
    /// breaker would take it for a success. An open one is asked: it refuses, or lets this fetch try; if that one is given up, it stays open.
    /// </summary>
    public async Task<SecretBundle> Fetch(ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        // Back to the caller's scheduler after each step: a grain must not leave its own.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            if (State is not CircuitState.Closed)
                return await _breaker.ExecuteAsync(static (context, fetch) => fetch.breaker.FetchInTime(fetch.provider, fetch.request, context), context, (breaker: this, provider, request));
            var outcome = await Caught(FetchInTime(provider, request, context));
            if (!cancellationToken.IsCancellationRequested)
                await _breaker.ExecuteOutcomeAsync(static (_, outcome) => ValueTask.FromResult(outcome), context, outcome);
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        catch (TimeoutRejectedException e)
        {
            throw GateFailures.Unavailable(_name, $"did not answer within {e.Timeout.TotalSeconds:0.#} s", inner: e);
        }
        catch (BrokenCircuitException e)
        {
            throw GateFailures.Unavailable(_name, $"has not answered lately; it is asked again {(e.RetryAfter is { } pause ? $"in {pause.TotalSeconds:0} s" : "soon")}", e.RetryAfter, e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw GateFailures.Unavailable(_name, "broke off the fetch");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ValueTask<SecretBundle> FetchInTime(ISecretProvider provider, FetchRequest request, ResilienceContext context)
        => _timeout.ExecuteAsync(
            static async (context, fetch) => await Heed(fetch.provider.Fetch(fetch.request, context.CancellationToken), context.CancellationToken), context, (provider, request));

    private static async ValueTask<Outcome<SecretBundle>> Caught(ValueTask<SecretBundle> fetch)
    {
        try
        {
            return Outcome.FromResult(await fetch);
        }
        catch (Exception failure)
        {
            return Outcome.FromException<SecretBundle>(failure);
        }
    }

    /// <summary>A provider that takes no notice of being given up must not hold its volume, and with it the pod's end. What it brings later is nobody's.</summary>
    private static async Task<SecretBundle> Heed(Task<SecretBundle> fetch, CancellationToken cancellationToken)
    {
        try
        {
            return await fetch.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!fetch.IsCompleted)
        {
            _ = fetch.ContinueWith(static late =>
            {
                if (late.Exception is null && !late.IsCanceled)
                    late.Result.Erase();
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private static TimeSpan Doubled(TimeSpan pause, int times, TimeSpan longest)
        => times < 30 && pause * (1L << times) is var longer && longer < longest ? longer : longest;
}
