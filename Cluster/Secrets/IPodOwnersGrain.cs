using System.Collections.Immutable;

namespace ActorCsi.Cluster.Secrets;

/// <summary>Who owns a pod. The key is namespace/name/uid: asked once, for a pod's owners do not change, and for all of its Secrets.</summary>
[Alias("ActorCsi.Cluster.IPodOwnersGrain")]
internal interface IPodOwnersGrain : IGrainWithStringKey
{
    /// <summary>The pod's owners, none for a pod that stands alone; null when the pod is gone or about to go.</summary>
    [Alias("Find")]
    Task<PodOwners?> Find();
}

/// <summary>The owners of a pod that is there.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.Cluster.PodOwners")]
internal sealed record PodOwners([property: Id(0)] ImmutableArray<Owner> Owners);
