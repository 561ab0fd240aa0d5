namespace ActorCsi.GrainEngine;

/// <summary>
/// Starts things that outlive the code that starts them, so that they do not hold on to its execution context: a timer made inside a call must not
/// carry that call's RequestContext and activity for ever.
/// </summary>
internal static class CleanContext
{
    public static ITimer CreateTimer(TimeProvider time, TimerCallback callback, object? state, TimeSpan dueTime)
    {
        using (Suppress())
            return time.CreateTimer(callback, state, dueTime, Timeout.InfiniteTimeSpan);
    }

    public static Task CreateTask(Action<object?> action, object? state)
    {
        using (Suppress())
            return new Task(action, state, TaskCreationOptions.DenyChildAttach);
    }

    private static AsyncFlowControl? Suppress() => ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
}
