namespace ActorCsi.Testing;

/// <summary>
/// Runs what is queued only when the test says so, on the test's thread: the oldest first, or one picked by a seed. With it a test knows that everything
/// has happened that can happen, so it can say that something did not.
/// </summary>
public sealed class ManualScheduler(Random? random = null) : TaskScheduler
{
    // Real time, and far more than anything here needs: it ends a broken test, it never decides about a sound one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Task> _ready = [];

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>How much is queued.</summary>
    public int Ready
    {
        get
        {
            lock (_ready)
                return _ready.Count;
        }
    }

    /// <summary>Runs one task; false when none is queued.</summary>
    public bool RunOne()
    {
        Task task;
        lock (_ready)
        {
            if (_ready.Count == 0)
                return false;
            var chosen = random?.Next(_ready.Count) ?? 0;
            task = _ready[chosen];
            _ready.RemoveAt(chosen);
        }
        // A test runner's context would take the continuations away.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        TryExecuteTask(task);
        SynchronizationContext.SetSynchronizationContext(context);
        return true;
    }

    /// <summary>Runs until nothing is queued.</summary>
    public void RunUntilIdle()
    {
        while (RunOne())
        {
        }
    }

    /// <summary>Starts <paramref name="work"/> here; when this returns, it has gone as far as it can by itself.</summary>
    public Task Start(Func<Task> work)
    {
        // What follows the call comes back here too: the call itself may complete on any thread.
        var task = Task.Factory.StartNew(async () => await work(), CancellationToken.None, TaskCreationOptions.None, this).Unwrap();
        RunUntilIdle();
        return task;
    }

    /// <summary>Starts <paramref name="work"/> here and runs until it has ended, also where other threads have a part in it.</summary>
    public void Finish(Func<Task> work)
    {
        var task = Start(work);
        task.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, Default);
        while (!task.IsCompleted)
        {
            if (!RunOne())
                WaitForWorkOr(task);
        }
        task.GetAwaiter().GetResult();
    }

    private void WaitForWorkOr(Task end)
    {
        lock (_ready)
        {
            while (_ready.Count == 0 && !end.IsCompleted)
            {
                if (!Monitor.Wait(_ready, Patience))
                    throw new TimeoutException("What the test waits for does not come.");
            }
        }
    }

    private void Wake()
    {
        lock (_ready)
            Monitor.PulseAll(_ready);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_ready)
        {
            _ready.Add(task);
            Monitor.PulseAll(_ready);
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_ready)
            return [.. _ready];
    }
}
