namespace ActorCsi.Tests.Fleet;

/// <summary>
/// A clock for millions of timers on one thread, with the scheduler that everything in the simulation runs on. When nothing is ready to run, the clock jumps
/// to the next timer. Timers due at one moment fire in the order in which they were armed.
/// </summary>
internal sealed class FleetTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<(FleetTimer Timer, int Arming), (long Due, long Number)> _timers = new();
    private readonly Queue<Task> _ready = new();
    private long _now;
    private long _armings;

    /// <summary>Where all tasks of the simulation run.</summary>
    public TaskScheduler Scheduler => field ??= new OneThread(this);

    /// <summary>How far the clock has come.</summary>
    public TimeSpan Elapsed => new(_now);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_now);

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FleetTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Starts something of its own on the simulation's thread.</summary>
    public Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, Scheduler).Unwrap();

    /// <summary>Lives until <paramref name="end"/>.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (true)
        {
            while (_ready.TryDequeue(out var task))
                ((OneThread)Scheduler).Execute(task);
            if (!_timers.TryPeek(out var next, out var when) || when.Due > end.Ticks)
                break;
            _timers.Dequeue();
            if (next.Arming != next.Timer.Arming)
                continue; // it was changed since
            _now = Math.Max(_now, when.Due);
            next.Timer.Fire();
        }
        _now = end.Ticks;
    }

    private void Arm(FleetTimer timer, TimeSpan dueTime)
    {
        var arming = ++timer.Arming;
        if (dueTime != Timeout.InfiniteTimeSpan)
            _timers.Enqueue((timer, arming), (_now + dueTime.Ticks, ++_armings));
    }

    private sealed class FleetTimer(FleetTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public int Arming { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            time.Arm(this, dueTime);
            return true;
        }

        public void Fire()
        {
            if (_period > TimeSpan.Zero)
                time.Arm(this, _period);
            callback(state);
        }

        public void Dispose() => Arming++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OneThread(FleetTime time) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        public void Execute(Task task) => TryExecuteTask(task);

        protected override void QueueTask(Task task) => time._ready.Enqueue(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => time._ready;
    }
}
