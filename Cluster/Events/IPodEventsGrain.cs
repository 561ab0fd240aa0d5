using Orleans.Concurrency;

namespace ActorCsi.Cluster.Events;

/// <summary>What the users of one pod are told in events. The key is namespace/name/uid of the pod.</summary>
[Alias("ActorCsi.Cluster.IPodEventsGrain")]
internal interface IPodEventsGrain : IGrainWithStringKey
{
    /// <summary>Something is wrong, or still wrong. One event for each subject and reason; what is reported again is counted on it.</summary>
    [Alias("Report"), AlwaysInterleave]
    Task Report(Complaint complaint);

    /// <summary>All is well with <paramref name="subject"/>: what was not told yet need not be.</summary>
    [Alias("Settle"), AlwaysInterleave]
    Task Settle(string subject);
}

/// <summary>Something that a user of a pod must mend.</summary>
/// <param name="Subject">What it is about: a volume id, the name of a Secret. Not shown.</param>
/// <param name="Reason">The event's reason, in CamelCase.</param>
/// <param name="Message">What was found, what was expected, how to mend it. Nothing secret.</param>
/// <param name="Grace">How long it may go on before it is told: what passes by itself needs nobody's attention.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.Cluster.Complaint")]
internal sealed record Complaint(
    [property: Id(0)] string Subject,
    [property: Id(1)] string Reason,
    [property: Id(2)] string Message,
    [property: Id(3)] TimeSpan Grace);

/// <summary>The reasons of events.</summary>
internal static class EventReason
{
    /// <summary>A Secret cannot be made; the peer's reason.</summary>
    public const string FailedToCreateSecret = "FailedToCreateSecret";

    /// <summary>The API server will not have the pod's status object.</summary>
    public const string FailedToWriteStatus = "FailedToWriteStatus";

    /// <summary>There is a Secret of that name that is not the driver's.</summary>
    public const string SecretSyncRefused = "SecretSyncRefused";

    /// <summary>Two classes name one Secret and give it different content.</summary>
    public const string SecretSyncConflict = "SecretSyncConflict";

    /// <summary>A mounted volume cannot be renewed; it shows what it had.</summary>
    public const string SecretRotationFailed = "SecretRotationFailed";
}
