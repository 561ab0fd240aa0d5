using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>
/// A timer of one activation. Each tick is armed only when the one before it has ended, so ticks of one timer cannot overlap or pile up; in between it
/// costs what the clock's own timer costs and nothing else.
/// </summary>
internal abstract class GrainTimer : IGrainTimer
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposal = new();
    private readonly Activation _activation;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private ITimer? _timer;
    private bool _isTicking;
    private bool _wasChanged;
    private bool _isDisposed;

    protected GrainTimer(Activation activation, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        _activation = activation;
        (_dueTime, _period) = (options.DueTime, options.Period);
        (Interleaves, KeepsAlive) = (options.Interleave, options.KeepAlive);
    }

    public bool Interleaves { get; }

    public bool KeepsAlive { get; }

    public void Start()
    {
        lock (_gate)
        {
            if (!_isDisposed)
                _timer = CleanContext.CreateTimer(_activation.Silo.Time, static timer => ((GrainTimer)timer!).OnDue(), this, _dueTime);
        }
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        lock (_gate)
        {
            if (_isDisposed)
                return;
            (_dueTime, _period) = (dueTime, period);
            if (_isTicking)
                _wasChanged = true;
            else
                _timer?.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        if (!StopClock())
            return;
        _activation.RemoveTimer(this);
        _disposal.Cancel();
    }

    /// <summary>No tick begins any more; one that runs is not told. False when it was stopped before.</summary>
    public bool StopClock()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return false;
            _isDisposed = true;
            _timer?.Dispose();
            return true;
        }
    }

    /// <summary>One tick, within a turn.</summary>
    public async Task TickAsync()
    {
        try
        {
            if (!_disposal.IsCancellationRequested)
                await Callback(_disposal.Token);
        }
        catch (Exception exception)
        {
            _activation.Silo.Log.TimerTickFailed(_activation.GrainId, exception);
        }
        Rearm();
    }

    protected abstract Task Callback(CancellationToken cancellation);

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_isDisposed || _isTicking)
                return;
            _isTicking = true;
        }
        _activation.Silo.Deliver(new TimerTick(this), _activation);
    }

    private void Rearm()
    {
        lock (_gate)
        {
            _isTicking = false;
            if (_isDisposed)
                return;
            var next = _wasChanged ? _dueTime : _period;
            _wasChanged = false;
            _timer!.Change(next, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>A timer with the state that its ticks get.</summary>
internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    : GrainTimer(activation, options)
{
    protected override Task Callback(CancellationToken cancellation) => callback(state, cancellation);
}

/// <summary>One tick on its way to its turn.</summary>
internal sealed class TimerTick(GrainTimer timer) : GrainActionCall(timer.Interleaves ? Interleaving : Alone)
{
    private static readonly GrainMethod Alone = Method(GrainCallOptions.OneWay);
    private static readonly GrainMethod Interleaving = Method(GrainCallOptions.OneWay | GrainCallOptions.AlwaysInterleave);

    internal override bool IsTick => true;

    internal override bool KeepsAlive => timer.KeepsAlive;

    protected override Task Invoke(object grain) => timer.TickAsync();

    private static new GrainMethod Method(GrainCallOptions options) =>
        new(typeof(IGrainTimer), "Timer", "Tick", options, null, () => throw new NotSupportedException("A timer's tick has no method."));
}
