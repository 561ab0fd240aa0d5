namespace ActorCsi.Silo.Serve;

/// <summary>
/// A clock that starts at a given time and runs at a given rate, so that twenty recorded minutes can be watched in twenty seconds, with
/// tokens that expired long ago. For demonstrations; a node runs on <see cref="TimeProvider.System"/>.
/// </summary>
internal sealed class FastTime(DateTimeOffset start, double rate) : TimeProvider
{
    private readonly long _started = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start + (System.GetElapsedTime(_started) * rate);

    public override long GetTimestamp() => _started + (long)((System.GetTimestamp() - _started) * rate);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new FastTimer(System.CreateTimer(callback, state, Slow(dueTime), Slow(period)), this);

    /// <summary>How long <paramref name="span"/> of this clock takes on the real one.</summary>
    public TimeSpan Slow(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? span : span / rate;

    private sealed class FastTimer(ITimer timer, FastTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Slow(dueTime), time.Slow(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
