using ActorCsi.Kubernetes;

namespace ActorCsi.Cluster;

/// <summary>Owners as grains pass them to each other, and as the API server has them.</summary>
internal static class OwnerReferences
{
    /// <summary>As the peer writes it: not the controller, and nothing that would hold up the owner's deletion.</summary>
    public static OwnerReference AsReference(this Owner owner) => new() { ApiVersion = owner.ApiVersion, Kind = owner.Kind, Name = owner.Name, Uid = owner.Uid };

    /// <summary>The owner that a reference names.</summary>
    public static Owner AsOwner(this OwnerReference reference) => new(reference.ApiVersion, reference.Kind, reference.Name, reference.Uid);
}
