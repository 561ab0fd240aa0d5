using ActorCsi.Grains.Classes;
using Orleans.Concurrency;

namespace ActorCsi.Cluster.Secrets;

/// <summary>
/// One Kubernetes Secret that is made of volumes' files. The key is namespace/name of the Secret: pods that share one take turns here.
/// </summary>
[Alias("ActorCsi.Cluster.ISecretSyncGrain")]
internal interface ISecretSyncGrain : IGrainWithStringKey
{
    /// <summary>Takes note of a volume that the Secret is made of; the Secret is written in the background if anything in it is other than before.</summary>
    [Alias("Serve"), AlwaysInterleave]
    Task Serve(SecretSource source);

    /// <summary>The volume is no more, or its class does not list the Secret any more. The Secret itself goes with its owners.</summary>
    [Alias("Leave"), AlwaysInterleave]
    Task Leave(string volumeId);
}

/// <summary>A volume that a Secret is made of.</summary>
/// <param name="Volume">What the volume serves, and whose it is.</param>
/// <param name="Wanted">The entry of its class's <c>secretObjects</c>.</param>
/// <param name="ClassCreatedAt">When its class was made; null where the class is not the API server's.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.Cluster.SecretSource")]
internal sealed record SecretSource([property: Id(0)] VolumeStatus Volume, [property: Id(1)] SecretObject Wanted, [property: Id(2)] DateTimeOffset? ClassCreatedAt = null)
{
    /// <summary>What its class ranks by: of two classes that name one Secret the one that was made last counts, and of two made in the same second the one whose name comes last.</summary>
    public ClassRank Rank => new(ClassCreatedAt, Volume.ClassName);
}
