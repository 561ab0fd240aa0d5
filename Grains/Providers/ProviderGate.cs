using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ActorCsi.Grains.Providers;

/// <summary>How hard a provider may be leaned on, and for how long it is waited for.</summary>
public sealed class ProviderLimits
{
    /// <summary>How long one fetch may take before the volume gives up. Default 30 seconds: well inside kubelet's two minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many fetches one provider is asked for at once; the others wait. Default 64.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>
    /// How many fetches in <see cref="BreakerWindow"/> must have failed for want of an answer, with hardly one that succeeded, before the
    /// provider is left alone for <see cref="BreakerPause"/>. Default 20.
    /// </summary>
    public int BreakerFailures { get; set; } = 20;

    /// <summary>See <see cref="BreakerFailures"/>. Default 1 minute.</summary>
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing is asked of a provider whose breaker is open. Default 15 seconds.</summary>
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(15);
}

/// <summary>The gates of all providers, by name: what goes wrong behind one never holds up another.</summary>
internal sealed class ProviderGates : IDisposable
{
    private readonly ConcurrentDictionary<string, ProviderGate> _gates = new(StringComparer.Ordinal);
    private readonly Func<string, ProviderGate> _new;

    public ProviderGates(IOptions<ProviderLimits> limits, TimeProvider time, ProviderMetrics metrics)
    {
        _new = name => new ProviderGate(name, limits.Value, time, metrics);
        metrics.Watch(() => _gates.Values);
    }

    public ProviderGate For(string provider) => _gates.GetOrAdd(provider, _new);

    public void Dispose()
    {
        foreach (var gate in _gates.Values)
            gate.Dispose();
    }
}

/// <summary>What every fetch of one provider passes through: a bound on how many at once, a breaker, a time-out.</summary>
internal sealed class ProviderGate : IDisposable
{
    /// <summary>Enough for a node full of volumes that all want the same provider at once.</summary>
    private const int QueueLength = 10_000;

    private readonly int _concurrency;
    private readonly TimeProvider _time;
    private readonly ProviderMetrics _metrics;
    private readonly ConcurrencyLimiter _slots;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly ResiliencePipeline<SecretBundle> _pipeline;

    public ProviderGate(string name, ProviderLimits limits, TimeProvider time, ProviderMetrics metrics)
    {
        Name = name;
        (_concurrency, _time, _metrics) = (limits.Concurrency, time, metrics);
        _slots = new ConcurrencyLimiter(new() { PermitLimit = limits.Concurrency, QueueLimit = QueueLength });
        _pipeline = new ResiliencePipelineBuilder<SecretBundle> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SecretBundle>
            {
                FailureRatio = 0.9,
                MinimumThroughput = limits.BreakerFailures,
                SamplingDuration = limits.BreakerWindow,
                BreakDuration = limits.BreakerPause,
                StateProvider = _breaker,
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is TimeoutRejectedException or
                    VolumeException { Error: VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles }),
            })
            .AddTimeout(limits.Timeout)
            .Build();
    }

    /// <summary>The provider's name.</summary>
    public string Name { get; }

    /// <summary>How many fetches wait for a slot.</summary>
    public long Waiting => _slots.GetStatistics()!.CurrentQueuedCount;

    /// <summary>How many fetches have a slot.</summary>
    public long Active => _concurrency - _slots.GetStatistics()!.CurrentAvailablePermits;

    /// <summary>Where the breaker stands.</summary>
    public CircuitState Breaker => _breaker.CircuitState;

    public async Task<SecretBundle> Fetch(ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        using var slot = await _slots.AcquireAsync(1, cancellationToken);
        if (!slot.IsAcquired)
        {
            _metrics.Rejected(Name, "queue");
            throw Unavailable($"has {QueueLength} fetches waiting");
        }
        var started = _time.GetTimestamp();
        try
        {
            var bundle = await FetchThrough(provider, request, cancellationToken);
            _metrics.Fetched(Name, _time.GetElapsedTime(started), failure: null);
            return bundle;
        }
        catch (VolumeException refusal) when (refusal.InnerException is BrokenCircuitException)
        {
            _metrics.Rejected(Name, "breaker");
            throw;
        }
        catch (Exception failure)
        {
            _metrics.Fetched(Name, _time.GetElapsedTime(started), failure);
            throw;
        }
    }

    private async Task<SecretBundle> FetchThrough(ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        // Back to the caller's scheduler after each step: a grain must not leave its own.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, fetch) => await fetch.provider.Fetch(fetch.request, context.CancellationToken), context, (provider, request));
        }
        catch (TimeoutRejectedException e)
        {
            throw Unavailable($"did not answer within {e.Timeout.TotalSeconds:0.#} s");
        }
        catch (BrokenCircuitException e)
        {
            throw Unavailable($"has not answered lately; it is asked again {(e.RetryAfter is { } pause ? $"in {pause.TotalSeconds:0} s" : "soon")}", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable("broke off the fetch");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _slots.Dispose();

    private VolumeException Unavailable(string why, Exception? inner = null) => new(VolumeError.ProviderUnavailable, $"provider '{Name}' {why}", inner);
}
