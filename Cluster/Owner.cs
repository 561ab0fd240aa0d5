namespace ActorCsi.Cluster;

/// <summary>An object that another belongs to: when its last owner is gone, the cluster removes it.</summary>
/// <param name="ApiVersion">The owner's apiVersion, such as <c>apps/v1</c>.</param>
/// <param name="Kind">The owner's kind, such as <c>ReplicaSet</c>.</param>
/// <param name="Name">The owner's name; it is in the same namespace.</param>
/// <param name="Uid">The owner's uid, by which the cluster goes.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.Cluster.Owner")]
public readonly record struct Owner(
    [property: Id(0)] string ApiVersion,
    [property: Id(1)] string Kind,
    [property: Id(2)] string Name,
    [property: Id(3)] string Uid);
