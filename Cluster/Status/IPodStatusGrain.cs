using Orleans.Concurrency;

namespace ActorCsi.Cluster.Status;

/// <summary>
/// One SecretProviderClassPodStatus: what one pod has mounted of one class. The key is namespace/name of that object, so that nobody races for it.
/// </summary>
[Alias("ActorCsi.Cluster.IPodStatusGrain")]
internal interface IPodStatusGrain : IGrainWithStringKey
{
    /// <summary>Takes note of what a volume serves; the object is written in the background if anything in it is other than before.</summary>
    [Alias("Serve"), AlwaysInterleave]
    Task Serve(VolumeStatus volume);

    /// <summary>The volume is no more. The object itself goes with its pod, by its owner reference.</summary>
    [Alias("Leave"), AlwaysInterleave]
    Task Leave(string volumeId);

    /// <summary>The object as an owner of others; null as long as it is not written. Waits for a write that is under way.</summary>
    [Alias("AsOwner")]
    Task<Owner?> AsOwner();
}
