namespace ActorCsi.Tests.Runtime;

/// <summary>Runs what is queued only when the test says so, on the test's thread: the oldest first, or one picked by a seed.</summary>
internal sealed class ManualScheduler(Random? random = null) : TaskScheduler
{
    private readonly List<Task> _ready = [];

    public int Ready
    {
        get
        {
            lock (_ready)
                return _ready.Count;
        }
    }

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
        TryExecuteTask(task);
        return true;
    }

    public void RunUntilIdle()
    {
        while (RunOne())
        {
        }
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
