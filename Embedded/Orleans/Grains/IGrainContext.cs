namespace Orleans.Runtime;

/// <summary>One activation of a grain: the grain's instance in memory together with its queue of turns.</summary>
public interface IGrainContext
{
    /// <summary>Which grain this is.</summary>
    GrainId GrainId { get; }

    /// <summary>A reference to this grain, for others to call it.</summary>
    GrainReference GrainReference { get; }

    /// <summary>The grain object; null before it is made and after it is gone.</summary>
    object? GrainInstance { get; }

    /// <summary>The services of this activation; scoped ones live as long as it does.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation is gone.</summary>
    Task Deactivated { get; }

    /// <summary>Ends the activation after the calls that run now. Those that wait, and later ones, reach a fresh activation.</summary>
    /// <param name="deactivationReason">Why, for OnDeactivateAsync and the log.</param>
    /// <param name="cancellationToken">Cancels the token that OnDeactivateAsync gets.</param>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
