using Orleans;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>One reminder and the timer for its next tick.</summary>
internal sealed class ArmedReminder(Silo silo, ReminderEntry entry) : IDisposable
{
    // The clock's timers take no more than some 49 days; what is due later is looked at again in between.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private DateTime _nextTick;
    private bool _isDisposed;

    public void Start()
    {
        lock (_gate)
        {
            _nextTick = FirstTick(Now());
            _timer = CleanContext.CreateTimer(silo.Time, static reminder => ((ArmedReminder)reminder!).OnTimer(), this, Wait());
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private DateTime Now() => silo.Time.GetUtcNow().UtcDateTime;

    private void OnTimer()
    {
        if (silo.IsKilled || _isDisposed)
            return;
        if (Now() < _nextTick)
        {
            Rearm();
            return;
        }
        Activation? noTarget = null;
        var tick = silo.Send(entry.GrainId, new ReminderTick(entry.ReminderName, new TickStatus(entry.StartAt, entry.Period, Now())), ref noTarget);
        tick.ContinueWith(
            static (tick, reminder) => ((ArmedReminder)reminder!).OnTickEnded(tick), this, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, silo.Options.Scheduler);
    }

    private void OnTickEnded(Task tick)
    {
        if (silo.IsKilled)
            return;
        if (!tick.IsCompletedSuccessfully)
            silo.Log.ReminderFailed(entry.ReminderName, entry.GrainId, tick.Exception?.InnerException ?? new TaskCanceledException(tick));
        lock (_gate)
            _nextTick = TickAfter(_nextTick, Now());
        Rearm();
    }

    private void Rearm()
    {
        lock (_gate)
        {
            if (!_isDisposed)
                _timer?.Change(Wait(), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Wait()
    {
        var wait = _nextTick - Now();
        // Up to the next millisecond, which is what the clock's timers count in: a tick must not come early.
        return wait <= TimeSpan.Zero ? TimeSpan.Zero
            : wait > LongestWait ? LongestWait
            : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }

    // Ticks are due at StartAt + n * Period. One that fell due while nobody was there is skipped.
    private DateTime FirstTick(DateTime now) => now <= entry.StartAt ? entry.StartAt : TickAfter(entry.StartAt, now);

    private DateTime TickAfter(DateTime tick, DateTime now)
    {
        var missed = now <= tick ? 0 : (now - tick).Ticks / entry.Period.Ticks;
        return tick + TimeSpan.FromTicks((missed + 1) * entry.Period.Ticks);
    }
}

/// <summary>The call that a reminder makes.</summary>
internal sealed class ReminderTick(string name, TickStatus status) : GrainActionCall(Receive)
{
    private static readonly GrainMethod Receive = new(
        typeof(IRemindable), "Orleans.IRemindable", nameof(IRemindable.ReceiveReminder), GrainCallOptions.None, null,
        static () => typeof(IRemindable).GetMethod(nameof(IRemindable.ReceiveReminder))!);

    public override int GetArgumentCount() => 2;

    public override object? GetArgument(int index) => index switch
    {
        0 => name,
        1 => status,
        _ => base.GetArgument(index),
    };

    protected override Task Invoke(object grain) => grain is IRemindable remindable
        ? remindable.ReceiveReminder(name, status)
        : throw new InvalidOperationException($"{grain.GetType()} does not implement {nameof(IRemindable)} any more.");
}
