using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>The engine: what all activations of this process share, and the way every call takes to them.</summary>
internal sealed class Silo : IDisposable
{
    private static readonly Action<object?> RunSlice = static queue => ((TurnQueue)queue!).RunSlice();

    private readonly IOutgoingGrainCallFilter[] _outgoingFilters;
    private volatile bool _isStopping;
    private volatile bool _isKilled;

    public Silo(
        IServiceProvider services,
        TimeProvider time,
        IOptions<GrainEngineOptions> options,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection,
        IEnumerable<IIncomingGrainCallFilter> incomingFilters,
        IEnumerable<IOutgoingGrainCallFilter> outgoingFilters,
        ILogger<Silo> logger)
    {
        Services = services;
        Time = time;
        Options = options.Value;
        Collection = collection.Value;
        ResponseTimeout = messaging.Value.ResponseTimeout;
        Log = new EngineLog(logger);
        Deadlines = new Deadlines(time);
        IncomingFilters = [.. incomingFilters];
        _outgoingFilters = [.. outgoingFilters];

        var registry = GrainRegistry.Load();
        foreach (var grainClass in registry.Classes)
        {
            grainClass.HasIncomingFilters |= IncomingFilters.Count > 0;
            if (Collection.ClassSpecificCollectionAge.TryGetValue(grainClass.Type.FullName!, out var age))
                grainClass.CollectionAge = age;
        }
        Factory = new GrainFactory(this, registry);
        Catalog = new Catalog(this, registry.Classes);
    }

    public IServiceProvider Services { get; }

    public TimeProvider Time { get; }

    public GrainEngineOptions Options { get; }

    public GrainCollectionOptions Collection { get; }

    public TimeSpan ResponseTimeout { get; }

    public EngineLog Log { get; }

    public Deadlines Deadlines { get; }

    public GrainFactory Factory { get; }

    public Catalog Catalog { get; }

    public IReadOnlyList<IIncomingGrainCallFilter> IncomingFilters { get; }

    public bool HasOutgoingFilters => _outgoingFilters.Length > 0;

    /// <summary>Grains that are active serve on; no new one is made.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>As if the process had died: no turn begins, nothing is written.</summary>
    public bool IsKilled => _isKilled;

    /// <summary>Sends a call and gives what its caller waits for. Where the grain is idle, this has run its first turn by the time it returns.</summary>
    public Task Send(GrainId target, GrainCall call, ref Activation? lastTarget)
    {
        if (call.Prepare(this, target, Activation.Current))
            Dispatch(call, ref lastTarget);
        return call.Answer;
    }

    /// <summary>As <see cref="Send"/>, through the outgoing filters.</summary>
    public async Task<TResult> SendFiltered<TResult>(GrainReference reference, GrainCall<TResult> call)
    {
        if (!call.Prepare(this, reference.GrainId, Activation.Current))
            return await (Task<TResult>)call.Answer;
        var filtered = new OutgoingCall(call, reference, _outgoingFilters);
        await filtered.Invoke();
        return filtered.Response is null ? default! : filtered.Response.GetResult<TResult>();
    }

    /// <summary>As <see cref="Send"/>, through the outgoing filters.</summary>
    public async Task SendFiltered(GrainReference reference, GrainActionCall call)
    {
        if (!call.Prepare(this, reference.GrainId, Activation.Current))
        {
            await call.Answer;
            return;
        }
        var filtered = new OutgoingCall(call, reference, _outgoingFilters);
        await filtered.Invoke();
        filtered.Response?.GetResult<object?>();
    }

    /// <summary>Brings a prepared call to its grain.</summary>
    public void Dispatch(GrainCall call, ref Activation? lastTarget)
    {
        try
        {
            var activation = lastTarget ?? Catalog.FindOrAdd(call.TargetId);
            while (!activation.Deliver(call))
            {
                if (_isKilled)
                    throw Unavailable();
                activation = Catalog.FindOrAdd(call.TargetId);
            }
            lastTarget = activation;
        }
        catch (Exception exception) when (exception is OrleansException or ArgumentException)
        {
            call.Refuse(exception);
        }
    }

    /// <summary>Brings the engine's own call to an activation, if that is still there.</summary>
    public void Deliver(GrainCall call, Activation activation)
    {
        if (call.Prepare(this, activation.GrainId, source: null))
            activation.Deliver(call);
    }

    /// <summary>Has a slice of the queue's turns run where this silo runs them.</summary>
    public void Schedule(TurnQueue queue)
    {
        if (ReferenceEquals(Options.Scheduler, TaskScheduler.Default))
            ThreadPool.UnsafeQueueUserWorkItem(queue, preferLocal: true);
        else
            CleanContext.CreateTask(RunSlice, queue).Start(Options.Scheduler);
    }

    public SiloUnavailableException Unavailable() =>
        new(_isKilled ? "The silo was killed before it answered." : "The silo is stopping and activates no more grains.");

    public LimitExceededException QueueIsFull(GrainCall call) => new(
        $"{call} was refused: {Options.MaxPendingCalls} calls of this grain are under way already (GrainEngineOptions.MaxPendingCalls). "
        + "It is stuck, or slower than its callers.");

    /// <summary>Deactivates every grain and waits until all are gone.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        _isStopping = true;
        try
        {
            // More than once: a call that was on its way may just have made another activation.
            while (Catalog.Activations() is [_, ..] activations)
            {
                foreach (var activation in activations)
                    activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo stops."), cancellation);
                await Task.WhenAll(activations.Select(activation => activation.Deactivated)).WaitAsync(cancellation);
            }
            Log.Stopped();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.StoppedTooEarly(Catalog.Activations().Count);
        }
    }

    /// <summary>Ends the silo as a crash would: no OnDeactivateAsync, no last write. Callers that wait get an error.</summary>
    public void Kill()
    {
        _isStopping = true;
        _isKilled = true;
        foreach (var activation in Catalog.Activations())
            activation.StopClocks();
        Catalog.Clear();
        Deadlines.Dispose();
        foreach (var call in Deadlines.TakeAll())
            call.Refuse(Unavailable());
    }

    /// <summary>A host that is disposed without having been stopped has crashed, as far as its grains can tell.</summary>
    public void Dispose() => Kill();
}
