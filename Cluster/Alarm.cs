namespace ActorCsi.Cluster;

/// <summary>The one timer of a grain that works in the background: set anew, also while it rings, it rings once, at the time that was set last.</summary>
internal sealed class Alarm(IGrainBase grain, Func<CancellationToken, Task> ring)
{
    private IGrainTimer? _timer;

    /// <summary>Rings after <paramref name="wait"/>, in a turn of its own.</summary>
    public void Set(TimeSpan wait)
    {
        if (wait < TimeSpan.Zero)
            wait = TimeSpan.Zero;
        if (_timer is null)
            _timer = grain.RegisterGrainTimer(ring, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan));
        else
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
