using System.Reflection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace ActorCsi.GrainEngine;

/// <summary>A call on its way through a chain of filters: each <see cref="Invoke"/> goes one step further, the last one to the target.</summary>
internal abstract class FilteredCall(GrainCall call) : IGrainCallContext
{
    private int _step;

    public IInvokable Request => call;

    public abstract object Grain { get; }

    public GrainId? SourceId => call.Source?.GrainId;

    public GrainId TargetId => call.TargetId;

    public GrainInterfaceType InterfaceType => call.Method.InterfaceId;

    public string InterfaceName => call.Method.InterfaceName;

    public string MethodName => call.Method.Name;

    public MethodInfo InterfaceMethod => call.Method.Method;

    public Response? Response { get; set; }

    public object? Result
    {
        get => Response?.Result;
        set => Response = Response.FromResult(value);
    }

    protected GrainCall Call => call;

    public async Task Invoke()
    {
        if (Next(_step++) is { } filter)
        {
            await filter;
            return;
        }
        var outcome = InvokeTarget();
        await outcome;
        Response = call.ResponseOf(outcome);
    }

    /// <summary>Runs the filter of this step; null when all have run.</summary>
    protected abstract Task? Next(int step);

    protected abstract Task InvokeTarget();
}

/// <summary>Within a turn of the grain that is called: the silo's filters, then the grain's own, then the method.</summary>
internal sealed class IncomingCall(GrainCall call, Activation target) : FilteredCall(call), IIncomingGrainCallContext
{
    public override object Grain => target.GrainInstance!;

    public IGrainContext TargetContext => target;

    protected override Task? Next(int step)
    {
        var filters = target.Silo.IncomingFilters;
        if (step < filters.Count)
            return filters[step].Invoke(this);
        return step == filters.Count && target.GrainInstance is IIncomingGrainCallFilter self ? self.Invoke(this) : null;
    }

    protected override Task InvokeTarget() => Call.InvokeMethod(target.GrainInstance!);
}

/// <summary>On the caller's side: the silo's filters, then the way to the grain.</summary>
internal sealed class OutgoingCall(GrainCall call, GrainReference reference, IOutgoingGrainCallFilter[] filters)
    : FilteredCall(call), IOutgoingGrainCallContext
{
    public override object Grain => reference;

    public IGrainContext? SourceContext => Call.Source;

    protected override Task? Next(int step) => step < filters.Length ? filters[step].Invoke(this) : null;

    protected override Task InvokeTarget()
    {
        Activation? noTarget = null;
        Call.Silo.Dispatch(Call, ref noTarget);
        return Call.Answer;
    }
}
