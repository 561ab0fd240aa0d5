namespace ActorCsi.Tests.Simulation;

/// <summary>
/// Runs every task of a simulation on one thread, the next one chosen by the seed among all that are ready. The same seed gives the same run.
/// </summary>
internal sealed class SeededScheduler(Random random) : TaskScheduler
{
    private readonly List<Task> _ready = [];

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs one ready task; false when there is none.</summary>
    public bool RunOne()
    {
        Task task;
        lock (_ready) // a continuation that strays to another thread shows up as an unequal trace, not as a broken list
        {
            if (_ready.Count == 0)
                return false;
            var chosen = random.Next(_ready.Count);
            task = _ready[chosen];
            _ready.RemoveAt(chosen);
        }
        TryExecuteTask(task);
        return true;
    }

    protected override void QueueTask(Task task)
    {
        lock (_ready)
            _ready.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_ready)
            return [.. _ready];
    }
}
