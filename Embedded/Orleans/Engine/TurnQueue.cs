using System.Runtime.CompilerServices;

namespace ActorCsi.GrainEngine;

/// <summary>
/// Runs the turns of one activation, one at a time. A turn is a <see cref="Task"/> of this scheduler: the beginning of a call, or what follows an
/// <c>await</c> in grain code, because the compiler's awaiters come back to <see cref="TaskScheduler.Current"/>.
/// <list type="number">
/// <item>At any time at most one thread is the runner. Whatever only the runner touches needs no lock: the turn is the lock.</item>
/// <item>Who brings a call while nobody runs becomes the runner at once, on his own thread, and leaves after that one turn. Who brings work while
/// somebody runs leaves it in the inbox.</item>
/// <item>A runner who leaves with work in the inbox has it run in slices on the silo's scheduler: nobody's thread is kept for work not his own.</item>
/// <item>Within a slice the order is that of the inbox, but a call that had to wait goes before what came after it.</item>
/// <item>When the silo is killed nothing runs any more, whatever is queued.</item>
/// </list>
/// </summary>
internal abstract class TurnQueue(Silo silo) : TaskScheduler, IThreadPoolWorkItem
{
    [ThreadStatic]
    private static int _inlineDepth;

    private readonly Lock _gate = new();
    private Queue<object>? _inbox;
    private Task? _turn;
    private int _inboxCalls;
    private bool _hasRunner;
    private bool _closed;

    public Silo Silo { get; } = silo;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>How many calls are under way that have left the inbox; read by other threads, for the bound.</summary>
    protected abstract int HeldCalls { get; }

    /// <summary>Whether <see cref="TakeReady"/> might give one. Asked by the runner.</summary>
    protected abstract bool MayHaveReady { get; }

    /// <summary>Hands over a call. False when this queue is closed and the call must go elsewhere.</summary>
    public bool Deliver(GrainCall call)
    {
        // The turn carries the execution context of the caller, so it is made on his thread.
        _ = call.Turn;
        lock (_gate)
        {
            if (_closed || Silo.IsKilled)
                return false;
            if (!call.IsTick && _inboxCalls + HeldCalls >= Silo.Options.MaxPendingCalls)
            {
                call.Refuse(Silo.QueueIsFull(call));
                return true;
            }
            if (_hasRunner || call.OneWay && !call.IsTick || !MayRunInline())
            {
                call.Suspend();
                Enqueue(call);
                _inboxCalls++;
                return true;
            }
            _hasRunner = true;
        }
        AcceptInline(call);
        return true;
    }

    /// <summary>Runs <paramref name="turn"/> as soon as it may.</summary>
    public void Post(Task turn) => turn.Start(this);

    void IThreadPoolWorkItem.Execute() => RunSlice();

    /// <summary>Runs queued turns, then makes room for other activations.</summary>
    public void RunSlice()
    {
        var foreign = LeaveSynchronizationContext();
        for (var turns = Silo.Options.TurnsPerSlice; turns > 0; turns--)
        {
            if (!RunNext())
            {
                SynchronizationContext.SetSynchronizationContext(foreign);
                return;
            }
        }
        SynchronizationContext.SetSynchronizationContext(foreign);
        Silo.Schedule(this);
    }

    /// <summary>Begins the call or keeps it waiting. Done by the runner.</summary>
    protected abstract void Accept(GrainCall call);

    /// <summary>Takes a call that waited and may begin now. Done by the runner.</summary>
    protected abstract GrainCall? TakeReady();

    /// <summary>Begins a call that was ready. Done by the runner.</summary>
    protected abstract void Begin(GrainCall call);

    /// <summary>Runs the first turn of a call now. Done by the runner.</summary>
    protected void RunTurn(GrainCall call, Activation target)
    {
        _turn = call.Turn;
        call.BeginAt(target);
        _turn = null;
    }

    /// <summary>
    /// Refuses calls from now on. <paramref name="then"/> gets those that wait; while it runs nobody can deliver, so it can put a successor in place
    /// before the next call looks for one.
    /// </summary>
    protected void Close(Action<List<GrainCall>> then)
    {
        lock (_gate)
        {
            _closed = true;
            var calls = _inbox?.OfType<GrainCall>().ToList() ?? [];
            if (calls.Count > 0)
                _inbox = new Queue<object>(_inbox!.Where(work => work is Task));
            _inboxCalls = 0;
            then(calls);
        }
    }

    /// <summary>Fills the inbox of a queue that nobody else knows yet.</summary>
    protected void Prefill(List<GrainCall> calls)
    {
        lock (_gate)
        {
            foreach (var call in calls)
                Enqueue(call);
            _inboxCalls = calls.Count;
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_gate)
            Enqueue(task);
    }

    // Two cases: the turn that the runner begins just now, and a task that ends inside a turn of this same activation and has its continuation here.
    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        (ReferenceEquals(task, _turn) || ReferenceEquals(Current, this)) && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return _inbox?.OfType<Task>().ToArray() ?? [];
    }

    // Grain code must not see the context of the thread it happens to run on: its awaits would go there and not come back here.
    private static SynchronizationContext? LeaveSynchronizationContext()
    {
        var foreign = SynchronizationContext.Current;
        if (foreign is not null)
            SynchronizationContext.SetSynchronizationContext(null);
        return foreign;
    }

    private bool MayRunInline() =>
        Silo.Options.RunInline && _inlineDepth < Silo.Options.MaxInlineDepth && RuntimeHelpers.TryEnsureSufficientExecutionStack();

    private void AcceptInline(GrainCall call)
    {
        var foreign = LeaveSynchronizationContext();
        _inlineDepth++;
        try
        {
            Accept(call);
        }
        finally
        {
            _inlineDepth--;
            SynchronizationContext.SetSynchronizationContext(foreign);
            StepDown();
        }
    }

    private void StepDown()
    {
        var more = MayHaveReady;
        lock (_gate)
        {
            if (more || _inbox is { Count: > 0 })
                Silo.Schedule(this);
            else
                _hasRunner = false;
        }
    }

    private bool RunNext()
    {
        if (Silo.IsKilled)
            return false;
        if (TakeReady() is { } waited)
        {
            Begin(waited);
            return true;
        }
        switch (TakeWork())
        {
            case null:
                return false;
            case GrainCall call:
                Accept(call);
                return true;
            case var turn:
                TryExecuteTask((Task)turn);
                return true;
        }
    }

    // Called under the gate.
    private void Enqueue(object work)
    {
        if (Silo.IsKilled)
            return;
        (_inbox ??= new Queue<object>(4)).Enqueue(work);
        if (_hasRunner)
            return;
        _hasRunner = true;
        Silo.Schedule(this);
    }

    private object? TakeWork()
    {
        lock (_gate)
        {
            if (_inbox is null || !_inbox.TryDequeue(out var work))
            {
                _hasRunner = false;
                return null;
            }
            _inboxCalls -= work is GrainCall ? 1 : 0;
            return work;
        }
    }
}
