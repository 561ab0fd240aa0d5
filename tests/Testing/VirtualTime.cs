namespace ActorCsi.Testing;

/// <summary>
/// A clock that stands still until the test moves it.
/// <list type="number">
/// <item><see cref="Advance"/> fires what falls due, on the calling thread, in the order of due times; timers due at the same moment fire in the order
/// in which they were armed. During a callback the clock shows the moment at which its timer was due.</item>
/// <item>Nothing fires but by <see cref="Advance"/>. A timer armed for now fires with the next one, also with <c>Advance(TimeSpan.Zero)</c>.</item>
/// <item>Timestamps count in an odd frequency and begin at an odd number, so that code which takes them for ticks or milliseconds is found out.</item>
/// <item>All members may be used from any thread, save that only one thread at a time may advance.</item>
/// </list>
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private const long Frequency = 9_999_991; // a prime, just below the 10,000,000 of TimeSpan
    private const long FirstTimestamp = 1_234_567;

    private readonly Lock _gate = new();
    private readonly SortedSet<VirtualTimer> _armed = new(VirtualTimer.Order);
    private readonly List<Waiter> _waiters = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private long _armings;
    private bool _isAdvancing;

    /// <summary>A clock that stands at noon of 1 January 2026, UTC.</summary>
    public VirtualTime()
        : this(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>A clock that stands at <paramref name="start"/>.</summary>
    public VirtualTime(DateTimeOffset start) => _start = start;

    /// <inheritdoc/>
    public override long TimestampFrequency => Frequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers are armed.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    /// <summary>How long until the next timer is due; null when none is armed.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_gate)
                return _armed.Min is { } next ? next.Due - _elapsed : null;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _start + _elapsed;
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
            return FirstTimestamp + (long)((Int128)_elapsed.Ticks * Frequency / TimeSpan.TicksPerSecond);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on by <paramref name="time"/> and fires every timer due by then, also those that callbacks arm meanwhile.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        TimeSpan target;
        lock (_gate)
        {
            if (_isAdvancing)
                throw new InvalidOperationException("The clock is being advanced already, by another thread or by a timer's callback.");
            _isAdvancing = true;
            target = _elapsed + time;
        }

        try
        {
            while (TakeDue(target) is { } timer)
                timer.Fire();
        }
        finally
        {
            lock (_gate)
            {
                _elapsed = target;
                _isAdvancing = false;
            }
        }
    }

    /// <summary>Moves the clock to the next timer and fires it, with all others due at that moment. False when none is armed.</summary>
    public bool AdvanceToNextTimer()
    {
        if (NextTimer is not { } next)
            return false;
        Advance(next);
        return true;
    }

    /// <summary>Moves the clock on by <paramref name="time"/>, timer by timer; whatever one sets going is over, by <paramref name="settle"/>, before the next one fires.</summary>
    public void AdvanceByTimers(TimeSpan time, Action settle)
    {
        var end = GetUtcNow() + time;
        while (NextTimer is { } next && GetUtcNow() + next <= end)
        {
            Advance(next);
            settle();
        }
        Advance(end - GetUtcNow());
        settle();
    }

    /// <summary>Completes when a timer is armed that is due in exactly <paramref name="dueIn"/>; at once when there is one.</summary>
    public Task WhenArmed(TimeSpan dueIn) => When(armed => armed.Any(timer => timer.Due == _elapsed + dueIn));

    /// <summary>Completes when at least <paramref name="count"/> timers are armed; at once when there are.</summary>
    public Task WhenArmed(int count) => When(armed => armed.Count >= count);

    private Task When(Func<SortedSet<VirtualTimer>, bool> condition)
    {
        lock (_gate)
        {
            if (condition(_armed))
                return Task.CompletedTask;
            var waiter = new Waiter(condition, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Add(waiter);
            return waiter.Completion.Task;
        }
    }

    private VirtualTimer? TakeDue(TimeSpan target)
    {
        lock (_gate)
        {
            if (_armed.Min is not { } timer || timer.Due > target)
                return null;
            _armed.Remove(timer);
            // A timer armed in the past, by a callback that fell behind, must not turn the clock back.
            _elapsed = timer.Due > _elapsed ? timer.Due : _elapsed;
            if (timer.Period > TimeSpan.Zero)
                Arm(timer, timer.Period);
            return timer;
        }
    }

    private bool Set(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
                return false;
            _armed.Remove(timer);
            timer.Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Arm(timer, dueTime);
            return true;
        }
    }

    private void Remove(VirtualTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _armed.Remove(timer);
        }
    }

    private void Arm(VirtualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _elapsed + dueTime;
        timer.Arming = ++_armings;
        _armed.Add(timer);
        foreach (var waiter in _waiters.Where(waiter => waiter.Condition(_armed)).ToArray())
        {
            _waiters.Remove(waiter);
            waiter.Completion.SetResult();
        }
    }

    private sealed record Waiter(Func<SortedSet<VirtualTimer>, bool> Condition, TaskCompletionSource Completion);

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public static readonly IComparer<VirtualTimer> Order = Comparer<VirtualTimer>.Create(
            (left, right) => left.Due.CompareTo(right.Due) is var order && order != 0 ? order : left.Arming.CompareTo(right.Arming));

        // The system's timers run their callbacks in the context in which they were made.
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Arming { get; set; }

        public bool IsDisposed { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => time.Set(this, Checked(dueTime, nameof(dueTime)), Checked(period, nameof(period)));

        public void Fire()
        {
            if (_context is null)
                callback(state);
            else
                ExecutionContext.Run(_context, _ => callback(state), null);
        }

        public void Dispose() => time.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        // The system's timers take whole milliseconds up to this bound, so code that passes here passes there.
        private static TimeSpan Checked(TimeSpan value, string name)
        {
            if (value != Timeout.InfiniteTimeSpan)
                ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.TotalMilliseconds, 0xfffffffe, name);
            return value;
        }
    }
}
