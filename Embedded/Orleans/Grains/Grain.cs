using ActorCsi.GrainEngine;
using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// The base class of grains. A grain class implements one or more grain interfaces and is written as if it were alone:
/// <list type="number">
/// <item>There is at most one activation of a grain at any time, and at most one thread runs its code.</item>
/// <item>A call starts when the one before it has ended, unless the methods or the class allow interleaving.</item>
/// <item>What follows an <c>await</c> is again a turn of this grain, as long as the await is not <c>ConfigureAwait(false)</c>.</item>
/// <item>An exception reaches the caller and leaves the activation as it is.</item>
/// </list>
/// </summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Called by the engine, which alone makes grains.</summary>
    protected Grain()
        : this(Activation.Current ?? throw new InvalidOperationException(
            "A grain is made by the silo when it is first called; get a reference with IGrainFactory.GetGrain instead of using new."))
    {
    }

    private Grain(IGrainContext grainContext) => GrainContext = grainContext;

    /// <inheritdoc/>
    public IGrainContext GrainContext { get; }

    /// <summary>A reference to this grain, for others to call it.</summary>
    public GrainReference GrainReference => GrainContext.GrainReference;

    /// <summary>The grain's id in words.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>Makes references to grains.</summary>
    protected IGrainFactory GrainFactory => Context.Silo.Factory;

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    private Activation Context => (Activation)GrainContext;

    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation after the calls that run now; the next call reaches a fresh one.</summary>
    protected void DeactivateOnIdle() => Context.DeactivateOnIdle();

    /// <summary>
    /// Keeps this activation in memory for at least <paramref name="timeSpan"/> from now, calls or not; <see cref="TimeSpan.MaxValue"/> for ever,
    /// a negative time takes the delay back.
    /// </summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Context.DelayDeactivation(timeSpan);
}
