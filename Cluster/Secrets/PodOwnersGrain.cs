using ActorCsi.Kubernetes;

namespace ActorCsi.Cluster.Secrets;

/// <summary>Asks the API server for the pod once; an activation that nobody asks is collected and forgets.</summary>
internal sealed class PodOwnersGrain(IKubernetes api) : Grain, IPodOwnersGrain
{
    private PodOwners? _known;

    /// <summary>The key of the grain for <paramref name="pod"/>.</summary>
    public static string KeyOf(PodIdentity pod) => $"{pod.Namespace}/{pod.Name}/{pod.Uid}";

    /// <inheritdoc/>
    public async Task<PodOwners?> Find()
    {
        if (_known is not null)
            return _known;
        var (@namespace, name, uid) = this.GetPrimaryKeyString().Split('/') is [var first, var second, var third] ? (first, second, third) : throw new InvalidOperationException();
        var pod = await api.TryGet(Resources.Pods, @namespace, name, CancellationToken.None);
        if (pod is null || pod.Metadata.Uid != uid || pod.Metadata.DeletionTimestamp is not null || pod.Status?.Phase is "Succeeded" or "Failed")
            return null;
        return _known = new PodOwners([.. (pod.Metadata.OwnerReferences ?? []).Select(owner => owner.AsOwner())]);
    }
}
