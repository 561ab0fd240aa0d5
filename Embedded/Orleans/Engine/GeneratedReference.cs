using System.ComponentModel;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>The base of generated references: turns a call object into an answer.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GeneratedReference : GrainReference
{
    // The activation that took the last call, so that the next one need not look it up.
    private Activation? _lastTarget;

    /// <summary>Called by generated code.</summary>
    protected GeneratedReference(ReferenceTarget target)
        : base(target.Silo, target.GrainId)
    {
    }

    /// <summary>Sends a call that answers with a <typeparamref name="TResult"/>.</summary>
    protected Task<TResult> Send<TResult>(GrainCall<TResult> call) => Silo.HasOutgoingFilters
        ? Silo.SendFiltered(this, call)
        : (Task<TResult>)Silo.Send(GrainId, call, ref _lastTarget);

    /// <summary>Sends a call that answers with nothing.</summary>
    protected Task Send(GrainActionCall call) => Silo.HasOutgoingFilters
        ? Silo.SendFiltered(this, call)
        : Silo.Send(GrainId, call, ref _lastTarget);
}
