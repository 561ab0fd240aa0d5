using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;
using Orleans.Storage;

namespace ActorCsi.GrainEngine;

/// <summary>
/// One grain in memory: its object, its state, its timers, and which call may begin when.
/// <code>New ─ first call ─▶ Activating ─┬─▶ Active ─ Deactivate ─▶ Deactivating ─▶ Gone     (calls that still wait move on to a successor)
///                              └─ failed ──────────────────────────────▶ Gone     (calls that still wait get the exception)</code>
/// <list type="number">
/// <item>The first call activates the grain within its own turn: constructor, persistent state, OnActivateAsync. Others wait.</item>
/// <item>A call begins when no other runs, unless one of them may interleave (<see cref="MayBegin"/>).</item>
/// <item>Deactivation begins when the running calls have ended and runs once. Until it is over no other activation of this grain exists.</item>
/// </list>
/// All fields belong to the runner of the <see cref="TurnQueue"/>, save where a comment says otherwise.
/// </summary>
internal sealed class Activation(Silo silo, GrainClass grainClass, GrainId id) : TurnQueue(silo), IGrainContext
{
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallQueue _waiting = new();
    private List<PersistentState>? _states;
    private List<GrainTimer>? _timers; // guarded by itself: timers are disposed from anywhere
    private AsyncServiceScope? _scope;
    private Phase _phase;
    private int _running;
    private int _runningAlone;
    private int _runningReadOnly;
    private int _interleavingWaiting;
    private bool _lookForReady;
    private DeactivationReason? _deactivation;
    private CancellationToken _deactivationCancellation;

    private enum Phase : byte
    {
        New,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    /// <summary>The activation whose turn the calling code is part of.</summary>
    public static new Activation? Current => TaskScheduler.Current as Activation;

    public GrainClass Class { get; } = grainClass;

    public GrainId GrainId { get; } = id;

    public GrainReference GrainReference => Silo.Factory.ReferenceTo(this);

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => (_scope ??= Silo.Services.CreateAsyncScope()).ServiceProvider;

    public Task Deactivated => _deactivated.Task;

    public bool IsActive => _phase is Phase.Active or Phase.Deactivating;

    /// <summary>The depth of the call that runs; the least of them if several do.</summary>
    public int Depth { get; private set; }

    /// <summary>When the collector first saw the activation without a use since; the collector's own.</summary>
    public long IdleSince { get; set; } = long.MinValue;

    /// <summary>Whether a call began since the collector last looked; set by the runner, cleared by the collector.</summary>
    public bool WasUsed { get; set; } = true;

    /// <summary>Not collected before this timestamp of the silo's clock.</summary>
    public long KeptUntil { get; private set; } = long.MinValue;

    /// <summary>Whether a call runs or waits; read by the collector too, which asks again within a turn before it acts.</summary>
    public bool IsBusy => _running > 0 || _waiting.Count > 0 || _phase is not (Phase.Active or Phase.New);

    protected override int HeldCalls => _running + _waiting.Count;

    protected override bool MayHaveReady => _lookForReady && _waiting.Count > 0;

    /// <summary>An activation that begins with the calls another one left.</summary>
    public static Activation WithCalls(Silo silo, GrainClass grainClass, GrainId id, List<GrainCall> calls)
    {
        var activation = new Activation(silo, grainClass, id);
        activation.Prefill(calls);
        return activation;
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (ReferenceEquals(Current, this))
            RequestDeactivation(deactivationReason, cancellationToken);
        else
            Post(CleanContext.CreateTask(_ => RequestDeactivation(deactivationReason, cancellationToken), null));
    }

    public void DeactivateOnIdle() =>
        Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The grain called DeactivateOnIdle."));

    /// <summary>Deactivates the activation if it is still idle by the time its turn comes.</summary>
    public void DeactivateIfIdle() => Post(CleanContext.CreateTask(_ =>
    {
        if (!IsBusy && !WasUsed)
            RequestDeactivation(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "No call came for the collection age."), default);
    }, null));

    public void DelayDeactivation(TimeSpan timeSpan) => KeptUntil =
        timeSpan == TimeSpan.MaxValue || timeSpan == Timeout.InfiniteTimeSpan ? long.MaxValue
        : timeSpan <= TimeSpan.Zero ? long.MinValue
        : Silo.Time.GetTimestamp() + (long)(timeSpan.TotalSeconds * Silo.Time.TimestampFrequency);

    public IPersistentState<TState> AddState<TState>(PersistentState<TState> state)
    {
        (_states ??= []).Add(state);
        return state;
    }

    public IGrainTimer AddTimer(GrainTimer timer)
    {
        var timers = _timers ??= [];
        lock (timers)
            timers.Add(timer);
        if (_phase is Phase.Deactivating or Phase.Gone)
            timer.Dispose();
        else
            timer.Start();
        return timer;
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (_timers!)
            _timers.Remove(timer);
    }

    /// <summary>Stops the clocks of all timers, without a word to the grain; any thread may do it to a silo that is killed.</summary>
    public void StopClocks()
    {
        foreach (var timer in Timers())
            timer.StopClock();
    }

    /// <summary>Makes the grain and lets it prepare itself, within the turns of the first call.</summary>
    public async Task ActivateAsync()
    {
        using var timeout = new CancellationTokenSource(Silo.Collection.ActivationTimeout, Silo.Time);
        try
        {
            GrainInstance = Class.Create(this);
            foreach (var state in _states ?? [])
                await state.ReadStateAsync(timeout.Token).WaitAsync(timeout.Token);
            if (GrainInstance is IGrainBase grain)
                await grain.OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
        }
        catch (Exception exception)
        {
            var cause = timeout.IsCancellationRequested && exception is OperationCanceledException
                ? new TimeoutException($"{GrainId} was not active within GrainCollectionOptions.ActivationTimeout, {Silo.Collection.ActivationTimeout}.", exception)
                : exception;
            Silo.Log.ActivationFailed(GrainId, cause);
            await Abort(cause);
            if (ReferenceEquals(cause, exception))
                throw;
            throw cause;
        }
        _phase = Phase.Active;
        _lookForReady = true;
        BeginDeactivationWhenQuiet();
    }

    /// <summary>What the end of a call changes.</summary>
    public void OnCallEnded(GrainCall call, Task outcome)
    {
        if (--_running == 0)
            Depth = 0;
        if (!call.AlwaysInterleave)
        {
            if (call.ReadOnly)
                _runningReadOnly--;
            else
                _runningAlone--;
        }
        _lookForReady = true;

        // What the grain believes is older than what is stored: only reading afresh can mend that, as in Orleans.
        if (outcome.Exception?.InnerException is InconsistentStateException stale)
            RequestDeactivation(new DeactivationReason(DeactivationReasonCode.ApplicationError, stale, "The grain's state is not the stored one."), default);
        BeginDeactivationWhenQuiet();
    }

    protected override void Accept(GrainCall call)
    {
        if (call.IsAbandoned)
            return;
        if (MayBegin(call))
            Begin(call);
        else
            Hold(call);
    }

    protected override void Begin(GrainCall call)
    {
        if (_phase == Phase.New)
            _phase = Phase.Activating;
        Depth = _running == 0 ? call.Depth : Math.Min(Depth, call.Depth);
        _running++;
        if (!call.AlwaysInterleave)
        {
            if (call.ReadOnly)
                _runningReadOnly++;
            else
                _runningAlone++;
        }
        if (call.KeepsAlive)
            WasUsed = true;
        RunTurn(call, this);
    }

    protected override GrainCall? TakeReady()
    {
        while (MayHaveReady)
        {
            // A call that may begin beside any other never waits behind one that may not, save while the grain activates. So with one running alone
            // there is nothing to look for, however many wait.
            var none = _runningAlone > 0 && _interleavingWaiting == 0 && Class.MayInterleave is null && !Class.IsReentrant;
            var call = none ? null : _waiting.Take(MayBegin);
            if (call is null)
            {
                _lookForReady = false;
                return null;
            }
            _interleavingWaiting -= call.AlwaysInterleave ? 1 : 0;
            if (!call.IsAbandoned)
                return call;
        }
        return null;
    }

    private void Hold(GrainCall call)
    {
        call.Suspend();
        _waiting.Add(call);
        _interleavingWaiting += call.AlwaysInterleave ? 1 : 0;
    }

    private bool MayBegin(GrainCall call)
    {
        if (_phase != Phase.Active)
            return _phase == Phase.New;
        if (_running == 0 || call.AlwaysInterleave || Class.IsReentrant)
            return true;
        if (_runningAlone == 0 && (call.ReadOnly || _runningReadOnly == 0))
            return true;
        return Class.MayInterleave is { } mayInterleave && !call.IsTick && Allows(mayInterleave, call);
    }

    private bool Allows(Func<object, IInvokable, bool> mayInterleave, GrainCall call)
    {
        try
        {
            return mayInterleave(GrainInstance!, call);
        }
        catch (Exception exception)
        {
            // Grain code decides here outside any call that could fail with it. Waiting is always right.
            Silo.Log.MayInterleaveFailed(GrainId, exception);
            return false;
        }
    }

    private void RequestDeactivation(DeactivationReason reason, CancellationToken cancellation)
    {
        if (_phase == Phase.Gone || _deactivation is not null)
            return;
        _deactivation = reason;
        _deactivationCancellation = cancellation;
        if (_phase == Phase.New)
            _phase = Phase.Active; // nothing was ever made, so there is nothing to undo but the entry in the catalog
        BeginDeactivationWhenQuiet();
    }

    private void BeginDeactivationWhenQuiet()
    {
        if (_deactivation is null || _phase is not (Phase.Active or Phase.Deactivating))
            return;
        if (_phase == Phase.Active)
        {
            _phase = Phase.Deactivating;
            DisposeTimers();
        }
        if (_running == 0)
            Post(CleanContext.CreateTask(static activation => _ = ((Activation)activation!).DeactivateAsync(), this));
    }

    private async Task DeactivateAsync()
    {
        var reason = _deactivation!.Value;
        using var timeout = new CancellationTokenSource(Silo.Collection.DeactivationTimeout, Silo.Time);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _deactivationCancellation);
        try
        {
            if (GrainInstance is IGrainBase grain)
                await grain.OnDeactivateAsync(reason, cancellation.Token).WaitAsync(cancellation.Token);
        }
        catch (Exception exception)
        {
            Silo.Log.DeactivationFailed(GrainId, exception);
        }
        await DisposeInstance();
        Leave(calls =>
        {
            var successor = calls.Count > 0 && !Silo.IsStopping ? WithCalls(Silo, Class, GrainId, calls) : null;
            Silo.Catalog.Replace(this, successor);
            if (successor is null)
                calls.ForEach(call => call.Refuse(Silo.Unavailable()));
        });
    }

    private async Task Abort(Exception cause)
    {
        _deactivation ??= new DeactivationReason(DeactivationReasonCode.ActivationFailed, cause, "The grain could not be activated.");
        DisposeTimers();
        await DisposeInstance();
        Leave(calls =>
        {
            Silo.Catalog.Replace(this, null);
            calls.ForEach(call => call.Refuse(cause));
        });
    }

    private void Leave(Action<List<GrainCall>> then)
    {
        _phase = Phase.Gone;
        Close(inbox => then([.. _waiting.TakeAll(), .. inbox]));
        _deactivated.TrySetResult();
    }

    private async Task DisposeInstance()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else if (GrainInstance is IDisposable disposable)
                disposable.Dispose();
            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            Silo.Log.DeactivationFailed(GrainId, exception);
        }
        GrainInstance = null;
    }

    private void DisposeTimers()
    {
        foreach (var timer in Timers())
            timer.Dispose();
    }

    private GrainTimer[] Timers()
    {
        if (_timers is null)
            return [];
        lock (_timers)
            return [.. _timers];
    }
}
