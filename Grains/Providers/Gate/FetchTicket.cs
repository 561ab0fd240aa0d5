namespace ActorCsi.Grains.Providers.Gate;

/// <summary>One fetch on its way through a gate. Changed by the gate only, within its lock.</summary>
internal sealed class FetchTicket(FetchUrgency urgency)
{
    /// <summary>How urgent the fetch is; grows when somebody more urgent joins it (<see cref="ProviderGate.Raise"/>).</summary>
    public FetchUrgency Urgency { get; set; } = urgency;

    /// <summary>Breaks ties: who came first goes first.</summary>
    public long Number { get; set; }

    /// <summary>Completes when the fetch may begin, fails when it may not; null while it has not had to wait.</summary>
    public TaskCompletionSource? Turn { get; set; }
}
