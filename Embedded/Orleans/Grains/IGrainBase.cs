using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// What a grain class needs: its context. <see cref="Grain"/> implements it; a class that derives from nothing takes an
/// <see cref="IGrainContext"/> in its constructor and returns it here.
/// </summary>
public interface IGrainBase
{
    /// <summary>The activation that this instance belongs to.</summary>
    IGrainContext GrainContext { get; }

    /// <summary>Runs once, before the first call, after the persistent state was read. An exception reaches the caller, and the next call tries afresh.</summary>
    /// <param name="token">Cancelled when the activation takes longer than <c>GrainCollectionOptions.ActivationTimeout</c>.</param>
    Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>
    /// Runs once, after the last call. It does not run when the process is killed, so nothing may depend on it.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="token">Cancelled when the deactivation takes longer than <c>GrainCollectionOptions.DeactivationTimeout</c>.</param>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
}
