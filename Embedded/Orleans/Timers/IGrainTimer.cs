namespace Orleans.Runtime;

/// <summary>A timer of a grain. Disposing it ends it: no tick starts afterwards, and one that runs sees its token cancelled.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets new times. Called during a tick, they count from the end of that tick.</summary>
    /// <param name="dueTime">Until the next tick; <see cref="Timeout.InfiniteTimeSpan"/> waits for another change.</param>
    /// <param name="period">From the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> ticks once.</param>
    void Change(TimeSpan dueTime, TimeSpan period);
}
