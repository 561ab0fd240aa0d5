using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ActorCsi.Grains.Providers.Gate;

/// <summary>
/// What every fetch from one endpoint passes through:
/// <code>
///   Fetch ─▶ queue ───────────▶ limit ─────────────▶ breaker ────────────▶ time-out ─▶ provider
///            full: the least    so many at once,     open: refused         too slow: given up
///            urgent is refused  so many a second     half open: one tries
/// </code>
/// A refusal comes at once and says when to come again; it never reaches the provider.
/// </summary>
internal sealed class ProviderGate : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ProviderLimits _limits;
    private readonly TimeProvider _time;
    private readonly ProviderMetrics _metrics;
    private readonly long _epoch;
    private readonly AdaptiveLimit _limit;
    private readonly FetchQueue _queue;
    private readonly ITimer _pump;
    private readonly FetchBreaker _breaker;
    private int _active;
    private long _tickets;

    public ProviderGate(string name, ProviderLimits limits, TimeProvider time, ProviderMetrics metrics)
    {
        Name = name;
        (_limits, _time, _metrics) = (limits, time, metrics);
        _epoch = time.GetTimestamp();
        _limit = new AdaptiveLimit(limits);
        _queue = new FetchQueue(limits.Queue);
        _pump = time.CreateTimer(static gate => ((ProviderGate)gate!).Pump(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        _breaker = new FetchBreaker(name, limits, time);
    }

    /// <summary>The provider's name.</summary>
    public string Name { get; }

    /// <summary>How many fetches wait for a place.</summary>
    public long Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>How many fetches the provider is working on.</summary>
    public long Active
    {
        get
        {
            lock (_gate)
                return _active;
        }
    }

    /// <summary>Where the breaker stands.</summary>
    public CircuitState Breaker => _breaker.State;

    private TimeSpan Now => _time.GetElapsedTime(_epoch);

    /// <summary>Fetches when it is this fetch's turn.</summary>
    /// <exception cref="VolumeException">The provider's failure, or <see cref="VolumeError.ProviderUnavailable"/>: it was not asked, and why.</exception>
    public Task<SecretBundle> Fetch(ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
        => Fetch(provider, request, new FetchTicket(request.Urgency), cancellationToken);

    /// <summary>As above, with a ticket that can be raised while the fetch waits.</summary>
    public async Task<SecretBundle> Fetch(ISecretProvider provider, FetchRequest request, FetchTicket ticket, CancellationToken cancellationToken)
    {
        var patience = Now + _limits.NewPodTimeout;
        while (true)
        {
            await Enter(ticket, cancellationToken);
            try
            {
                return await FetchOnce(provider, request, cancellationToken);
            }
            catch (VolumeException told) when (told is { Error: VolumeError.ProviderThrottles, RetryAfter: { } pause } && ticket.Urgency.IsFirst && Now + pause < patience)
            {
                // The provider said when: the pod waits here until then, before all refreshes, instead of coming back some time after them.
            }
        }
    }

    private async Task<SecretBundle> FetchOnce(ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        var started = Now;
        try
        {
            var bundle = await _breaker.Fetch(provider, request, cancellationToken);
            Leave(limit => limit.Succeed(Now));
            _metrics.Fetched(Name, Now - started, failure: null);
            return bundle;
        }
        catch (Exception failure)
        {
            Leave(limit => Learn(limit, failure, started));
            if (failure.InnerException is BrokenCircuitException)
                _metrics.Rejected(Name, "breaker");
            else
                _metrics.Fetched(Name, Now - started, failure);
            throw;
        }
    }

    /// <summary>Somebody more urgent has joined the fetch of <paramref name="ticket"/>: it moves forward if it still waits.</summary>
    public void Raise(FetchTicket ticket, FetchUrgency urgency)
    {
        lock (_gate)
        {
            if (FetchUrgency.Compare(urgency, ticket.Urgency) >= 0)
                return;
            var waits = _queue.Remove(ticket);
            ticket.Urgency = urgency;
            if (waits)
                _queue.Add(ticket);
        }
    }

    public void Dispose() => _pump.Dispose();

    private async Task Enter(FetchTicket ticket, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FetchTicket? refused;
        lock (_gate)
        {
            var wait = _limit.WaitAt(Now);
            if (wait > (ticket.Urgency.IsFirst ? _limits.NewPodTimeout : _limits.QueueTimeout))
            {
                _metrics.Rejected(Name, "pause");
                throw GateFailures.Paused(Name, wait);
            }
            if (_queue.Count == 0 && wait == TimeSpan.Zero && _active < _limit.AtOnce)
            {
                Begin();
                return;
            }
            ticket.Number = _tickets++;
            ticket.Turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            refused = _queue.Add(ticket);
            PumpWithinLock();
        }
        if (refused is not null)
        {
            _metrics.Rejected(Name, "queue");
            refused.Turn!.TrySetException(GateFailures.Unavailable(Name, $"has {_limits.Queue} fetches waiting that are more urgent"));
        }
        await WaitForTurn(ticket, cancellationToken);
    }

    private async Task WaitForTurn(FetchTicket ticket, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ticket.Urgency.IsFirst ? System.Threading.Timeout.InfiniteTimeSpan : _limits.QueueTimeout, _time);
        using var givingUp = cancellationToken.UnsafeRegister(static (turn, token) => ((TaskCompletionSource)turn!).TrySetCanceled(token), ticket.Turn);
        using var losingPatience = patience.Token.UnsafeRegister(static turn => ((TaskCompletionSource)turn!).TrySetCanceled(), ticket.Turn);
        try
        {
            await ticket.Turn!.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _queue.Remove(ticket);
            if (cancellationToken.IsCancellationRequested)
                throw;
            _metrics.Rejected(Name, "queue");
            throw GateFailures.Unavailable(Name, $"has had no place for this fetch for {_limits.QueueTimeout.TotalSeconds:0.#} s");
        }
    }

    private void Begin()
    {
        _active++;
        _limit.Start(Now);
    }

    private void Leave(Action<AdaptiveLimit> learn)
    {
        lock (_gate)
        {
            _active--;
            learn(_limit);
            PumpWithinLock();
        }
    }

    private void Pump()
    {
        lock (_gate)
            PumpWithinLock();
    }

    /// <summary>Lets begin what may begin, and comes back when the pace lets the next one begin.</summary>
    private void PumpWithinLock()
    {
        while (_queue.First is { } ticket && _active < _limit.AtOnce)
        {
            if (_limit.WaitAt(Now) is var wait && wait > TimeSpan.Zero)
            {
                _pump.Change(wait, System.Threading.Timeout.InfiniteTimeSpan);
                return;
            }
            _queue.Remove(ticket);
            if (ticket.Turn!.TrySetResult()) // else its caller gave up just now
                Begin();
        }
    }

    /// <summary>What a failure says of the endpoint. That a fetch timed out says something of the fetch: one hung object must not slow down the others.</summary>
    private void Learn(AdaptiveLimit limit, Exception failure, TimeSpan started)
    {
        switch (failure)
        {
            case { InnerException: BrokenCircuitException or TimeoutRejectedException }:
                break;
            case VolumeException { Error: VolumeError.ProviderThrottles or VolumeError.ProviderUnavailable, RetryAfter: { } pause }:
                limit.Throttle(started, Now, pause);
                break;
            case VolumeException { Error: VolumeError.ProviderThrottles }:
                limit.Throttle(started, Now, retryAfter: null);
                break;
            case VolumeException { Error: VolumeError.ProviderUnavailable }:
                limit.Overload(started, Now);
                break;
        }
    }
}
