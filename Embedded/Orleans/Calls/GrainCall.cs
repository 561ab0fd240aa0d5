using System.ComponentModel;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace ActorCsi.GrainEngine;

/// <summary>
/// One call on its way to a grain. The generated code derives a class from it for each grain method, which holds the arguments.
/// <code>
/// caller ─ Silo.Send ─▶ Activation.Deliver ─┬─ idle: the turn runs here and now ──▶ Answer is the grain's own completed task
///                                           └─ busy: waits in the queue ─ turn ───▶ Answer is a promise, kept when the grain's task ends
/// </code>
/// A promise is made only when somebody has to wait: when the call is queued, or when the grain's task is not complete by the end of its first turn.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainCall : IInvokable
{
    private readonly CancellationToken _callerToken;
    private CancellationTokenSource? _calleeCancellation;
    private CancellationTokenRegistration _callerCancellation;
    private Deadline? _deadline;
    private Task? _outcome;
    private Task? _turn;

    private protected GrainCall(GrainMethod method, CancellationToken callerToken)
    {
        Method = method;
        _callerToken = callerToken;
    }

    /// <summary>The token for the grain method. It is not the caller's own: its callbacks run as turns of the grain.</summary>
    protected CancellationToken Token => _calleeCancellation?.Token ?? default;

    internal GrainMethod Method { get; }

    internal Silo Silo { get; private set; } = null!;

    internal GrainId TargetId { get; private set; }

    internal Activation? Source { get; private set; }

    /// <summary>How many calls led here: 1 for a call from outside, one more than its caller's for a call from a grain.</summary>
    internal int Depth { get; private set; }

    /// <summary>Where the call began; null while it waits.</summary>
    internal Activation? Target { get; private set; }

    /// <summary>The next call in the same queue.</summary>
    internal GrainCall? Next { get; set; }

    internal bool AlwaysInterleave => (Method.Options & GrainCallOptions.AlwaysInterleave) != 0;

    internal bool ReadOnly => (Method.Options & GrainCallOptions.ReadOnly) != 0;

    internal bool OneWay => (Method.Options & GrainCallOptions.OneWay) != 0;

    /// <summary>Whether this call counts as use of the grain; a timer's tick need not.</summary>
    internal virtual bool KeepsAlive => true;

    /// <summary>Whether this is a timer's tick: no filter sees it, and the bound on waiting calls does not hold for it.</summary>
    internal virtual bool IsTick => false;

    /// <summary>Nobody waits for the answer any longer, so a call that has not begun need not begin.</summary>
    internal bool IsAbandoned => Promise is { IsCompleted: true };

    /// <summary>What the caller gets.</summary>
    internal Task Answer => OneWay ? Task.CompletedTask : Promise ?? _outcome!;

    internal TimeSpan ResponseTimeout => Method.ResponseTimeout ?? Silo.ResponseTimeout;

    private protected abstract Task? Promise { get; }

    /// <summary>Calls the method on <paramref name="grain"/>.</summary>
    protected abstract Task Invoke(object grain);

    /// <inheritdoc/>
    public virtual int GetArgumentCount() => 0;

    /// <inheritdoc/>
    public virtual object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    string IInvokable.GetMethodName() => Method.Name;

    string IInvokable.GetInterfaceName() => Method.InterfaceName;

    MethodInfo IInvokable.GetMethod() => Method.Method;

    Type IInvokable.GetInterfaceType() => Method.InterfaceType;

    TimeSpan? IInvokable.GetDefaultResponseTimeout() => Method.ResponseTimeout;

    CancellationToken IInvokable.GetCancellationToken() => Token;

    /// <inheritdoc/>
    public override string ToString() => $"{Method} on {TargetId}";

    /// <summary>Binds the call to its target and its caller. False when it must not go: then the answer says why.</summary>
    internal bool Prepare(Silo silo, GrainId target, Activation? source)
    {
        (Silo, TargetId, Source) = (silo, target, source);
        Depth = source is null ? 1 : source.Depth + 1;
        if (Depth > silo.Options.MaxCallDepth)
        {
            Refuse(new LimitExceededException(
                $"{this} would be call number {Depth} in a chain of grain calls; GrainEngineOptions.MaxCallDepth is {silo.Options.MaxCallDepth}. "
                + "Do the grains call each other in a circle?"));
            return false;
        }

        if (!_callerToken.CanBeCanceled)
            return true;
        if (_callerToken.IsCancellationRequested)
        {
            _outcome = CanceledAnswer(_callerToken);
            return false;
        }

        _calleeCancellation = new CancellationTokenSource();
        _callerCancellation = _callerToken.UnsafeRegister(static call => ((GrainCall)call!).OnCallerCancelled(), this);
        return true;
    }

    /// <summary>The turn that begins this call. Made on the caller's thread: the task carries the caller's execution context into the grain.</summary>
    internal Task Turn => _turn ??= new Task(static call => ((GrainCall)call!).Run(), this, TaskCreationOptions.DenyChildAttach);

    /// <summary>Gives the caller something to wait for, bounded by the response time-out. Must happen before another thread can see the call.</summary>
    internal void Suspend()
    {
        if (Promise is not null || OneWay)
            return;
        MakePromise();
        _deadline = Silo.Deadlines.Add(this);
        // The caller may have cancelled between Prepare and here, when there was no promise to break yet.
        if (_callerToken.IsCancellationRequested)
            Abandon(_callerToken);
        if (Silo.IsKilled)
            Refuse(Silo.Unavailable());
    }

    /// <summary>Ends a call that never reached, or never will reach, the grain.</summary>
    internal void Refuse(Exception exception)
    {
        if (Promise is null)
            _outcome = FailedAnswer(exception);
        else
            BreakPromise(exception);
        Settle();
    }

    internal void TimeOut()
    {
        var progress = Target is null ? "It was still waiting for its turn" : "It may still be running";
        if (BreakPromise(new TimeoutException($"{this} gave no answer within {ResponseTimeout}. {progress}.")))
            Settle();
    }

    private protected abstract void MakePromise();

    private protected abstract bool KeepPromise(Task outcome);

    private protected abstract bool BreakPromise(Exception exception);

    private protected abstract bool CancelPromise(CancellationToken cancellation);

    private protected abstract Task FailedAnswer(Exception exception);

    private protected abstract Task CanceledAnswer(CancellationToken cancellation);

    private protected abstract Task InvokeThroughFilters(IncomingCall context);

    internal abstract Response ResponseOf(Task outcome);

    internal Task InvokeMethod(object grain) => Invoke(grain);

    /// <summary>Runs the first turn of the call at <paramref name="target"/>, which must be this thread's to run.</summary>
    internal void BeginAt(Activation target)
    {
        Target = target;
        Turn.RunSynchronously(target);
    }

    // The first turn of the call, on the target's scheduler.
    private void Run()
    {
        if (Target!.IsActive)
            Begin();
        else
            _ = ActivateAndBegin();
    }

    private async Task ActivateAndBegin()
    {
        var activating = Target!.ActivateAsync();
        if (!activating.IsCompleted)
            Suspend();
        try
        {
            await activating;
        }
        catch (Exception exception)
        {
            End(FailedAnswer(exception));
            return;
        }
        Begin();
    }

    private void Begin()
    {
        // The caller may have cancelled before there was a target to tell.
        if (_callerToken.IsCancellationRequested)
            _calleeCancellation!.Cancel();
        var task = InvokeSafely();
        if (task.IsCompleted)
        {
            End(task);
            return;
        }

        Suspend();
        // The end is a turn too: it changes what may run next.
        _ = task.ContinueWith(
            static (task, call) => ((GrainCall)call!).End(task), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, Target!);
    }

    private Task InvokeSafely()
    {
        try
        {
            var task = IsTick || !Target!.Class.HasIncomingFilters
                ? Invoke(Target!.GrainInstance!)
                : InvokeThroughFilters(new IncomingCall(this, Target));
            return task ?? FailedAnswer(new InvalidOperationException($"{this} returned null where a task was due."));
        }
        catch (Exception exception)
        {
            return FailedAnswer(exception);
        }
    }

    private void End(Task outcome)
    {
        Target!.OnCallEnded(this, outcome);
        if (OneWay && outcome.IsFaulted)
            Silo.Log.OneWayCallFailed(this, outcome.Exception!.InnerException!);
        if (Promise is null)
            _outcome = outcome;
        else
            KeepPromise(outcome);
        Settle();
    }

    private void Settle()
    {
        if (_deadline is not null)
            Silo.Deadlines.Remove(_deadline);
        _callerCancellation.Unregister();
    }

    private void OnCallerCancelled()
    {
        Abandon(_callerToken);
        // Callbacks that the grain hangs on its token are grain code, so they run as a turn.
        if (Target is { } target)
            target.Post(new Task(static source => ((CancellationTokenSource)source!).Cancel(), _calleeCancellation));
    }

    private void Abandon(CancellationToken cancellation)
    {
        if (Promise is not null && CancelPromise(cancellation) && _deadline is not null)
            Silo.Deadlines.Remove(_deadline);
    }
}

/// <summary>A call of a method that returns nothing.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainActionCall : GrainCall
{
    private TaskCompletionSource? _promise;

    /// <summary>Called by generated code.</summary>
    protected GrainActionCall(GrainMethod method, CancellationToken callerToken = default)
        : base(method, callerToken)
    {
    }

    private protected override Task? Promise => _promise?.Task;

    internal override Response ResponseOf(Task outcome) => Response.Completed;

    // Continuations of the caller must never run inside the grain's turn.
    private protected override void MakePromise() => _promise = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected override bool KeepPromise(Task outcome) => _promise!.TrySetFromTask(outcome);

    private protected override bool BreakPromise(Exception exception) => _promise!.TrySetException(exception);

    private protected override bool CancelPromise(CancellationToken cancellation) => _promise!.TrySetCanceled(cancellation);

    private protected override Task FailedAnswer(Exception exception) => Task.FromException(exception);

    private protected override Task CanceledAnswer(CancellationToken cancellation) => Task.FromCanceled(cancellation);

    private protected override async Task InvokeThroughFilters(IncomingCall context)
    {
        await context.Invoke();
        context.Response?.GetResult<object?>();
    }
}

/// <summary>A call of a method that returns a <typeparamref name="TResult"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainCall<TResult> : GrainCall
{
    private TaskCompletionSource<TResult>? _promise;

    /// <summary>Called by generated code.</summary>
    protected GrainCall(GrainMethod method, CancellationToken callerToken = default)
        : base(method, callerToken)
    {
    }

    private protected override Task? Promise => _promise?.Task;

    internal override Response ResponseOf(Task outcome) => Response.FromResult(((Task<TResult>)outcome).Result);

    // Continuations of the caller must never run inside the grain's turn.
    private protected override void MakePromise() => _promise = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected override bool KeepPromise(Task outcome) => _promise!.TrySetFromTask((Task<TResult>)outcome);

    private protected override bool BreakPromise(Exception exception) => _promise!.TrySetException(exception);

    private protected override bool CancelPromise(CancellationToken cancellation) => _promise!.TrySetCanceled(cancellation);

    private protected override Task FailedAnswer(Exception exception) => Task.FromException<TResult>(exception);

    private protected override Task CanceledAnswer(CancellationToken cancellation) => Task.FromCanceled<TResult>(cancellation);

    private protected override Task InvokeThroughFilters(IncomingCall context) => Filtered(context);

    private static async Task<TResult> Filtered(IncomingCall context)
    {
        await context.Invoke();
        return context.Response is null ? default! : context.Response.GetResult<TResult>();
    }
}
