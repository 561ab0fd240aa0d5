namespace ActorCsi.Testing;

/// <summary>Keeps a test that waits for what never comes from hanging.</summary>
public static class TaskExtensions
{
    // Real time, and far more than anything here needs: it ends a broken test, it never decides about a sound one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The task itself, or a <see cref="TimeoutException"/> when it does not end.</summary>
    public static Task Soon(this Task task) => task.WaitAsync(Patience);

    /// <summary>The task itself, or a <see cref="TimeoutException"/> when it does not end.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);
}
