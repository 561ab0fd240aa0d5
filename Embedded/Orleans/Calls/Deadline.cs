namespace ActorCsi.GrainEngine;

/// <summary>When the caller of one waiting call gives up.</summary>
internal sealed class Deadline(GrainCall call, DeadlineQueue queue, long dueAt)
{
    public GrainCall Call { get; } = call;

    public DeadlineQueue Queue { get; } = queue;

    /// <summary>As a timestamp of the silo's clock.</summary>
    public long DueAt { get; } = dueAt;

    public Deadline? Previous { get; set; }

    public Deadline? Next { get; set; }

    public bool IsQueued { get; set; }
}

/// <summary>
/// The response time-outs of all waiting calls. Calls with the same time-out are due in the order in which they were made, so each distinct time-out
/// has a queue of its own: adding and removing cost the same however many calls wait, and one timer per queue serves them all.
/// </summary>
internal sealed class Deadlines(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<TimeSpan, DeadlineQueue> _queues = [];

    public Deadline Add(GrainCall call)
    {
        var timeout = call.ResponseTimeout;
        lock (_gate)
        {
            if (!_queues.TryGetValue(timeout, out var queue))
                _queues.Add(timeout, queue = new DeadlineQueue(this, timeout, time));
            return queue.Append(call);
        }
    }

    public void Remove(Deadline deadline)
    {
        lock (_gate)
            deadline.Queue.Remove(deadline);
    }

    /// <summary>Every waiting call, taken out of its queue: what a silo that is killed must still answer.</summary>
    public List<GrainCall> TakeAll()
    {
        var calls = new List<GrainCall>();
        lock (_gate)
        {
            foreach (var queue in _queues.Values)
                queue.TakeAll(calls);
        }
        return calls;
    }

    /// <summary>Nothing is due any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var queue in _queues.Values)
                queue.Dispose();
        }
    }

    internal void OnTimer(DeadlineQueue queue)
    {
        List<GrainCall> expired = [];
        lock (_gate)
            queue.TakeExpired(expired);
        foreach (var call in expired)
            call.TimeOut();
    }
}

/// <summary>The waiting calls with one and the same time-out, oldest first. Guarded by the gate of <see cref="Deadlines"/>.</summary>
internal sealed class DeadlineQueue : IDisposable
{
    private readonly Deadlines _owner;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private Deadline? _first;
    private Deadline? _last;
    private ITimer? _timer;
    private bool _armed;

    public DeadlineQueue(Deadlines owner, TimeSpan timeout, TimeProvider time) => (_owner, _timeout, _time) = (owner, timeout, time);

    public Deadline Append(GrainCall call)
    {
        var deadline = new Deadline(call, this, DueAt()) { Previous = _last, IsQueued = true };
        if (_last is null)
            _first = deadline;
        else
            _last.Next = deadline;
        _last = deadline;
        Arm();
        return deadline;
    }

    public void Remove(Deadline deadline)
    {
        if (!deadline.IsQueued)
            return;
        if (deadline.Previous is null)
            _first = deadline.Next;
        else
            deadline.Previous.Next = deadline.Next;
        if (deadline.Next is null)
            _last = deadline.Previous;
        else
            deadline.Next.Previous = deadline.Previous;
        deadline.IsQueued = false;
    }

    public void TakeExpired(List<GrainCall> into)
    {
        _armed = false;
        var now = _time.GetTimestamp();
        while (_first is { } oldest && oldest.DueAt <= now)
        {
            Remove(oldest);
            into.Add(oldest.Call);
        }
        Arm();
    }

    public void TakeAll(List<GrainCall> into)
    {
        while (_first is { } oldest)
        {
            Remove(oldest);
            into.Add(oldest.Call);
        }
    }

    public void Dispose() => _timer?.Dispose();

    // Rounded down: a clock that rounds its timestamps down must have reached it after exactly the time-out.
    private long DueAt() => _timeout == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : _time.GetTimestamp() + (long)(_timeout.TotalSeconds * _time.TimestampFrequency);

    // A call that is answered leaves the timer armed: it fires once for nothing and is set to the oldest call by then, which is far cheaper than
    // moving the timer at each call.
    private void Arm()
    {
        if (_armed || _first is not { DueAt: < long.MaxValue } oldest)
            return;
        _armed = true;
        var remaining = TimeSpan.FromSeconds(Math.Max(0, oldest.DueAt - _time.GetTimestamp()) / (double)_time.TimestampFrequency);
        // Round up: a timer that fires a moment early would find nothing due and spin.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds));
        _timer ??= CleanContext.CreateTimer(_time, static queue => ((DeadlineQueue)queue!).Fire(), this, wait);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Fire() => _owner.OnTimer(this);
}
