using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Cluster.Status;

/// <summary>What stands in a SecretProviderClassPodStatus, exactly as the peer writes it.</summary>
internal static class PodStatus
{
    /// <summary>The label that says on which node the pod is.</summary>
    public const string NodeLabel = "internal.secrets-store.csi.k8s.io/node-name";

    /// <summary>pod-namespace-class: other tools look for the object by this name.</summary>
    public static string NameOf(PodIdentity pod, string className) => $"{pod.Name}-{pod.Namespace}-{className}";

    /// <summary>The object for what <paramref name="volume"/> serves on the node <paramref name="nodeId"/>.</summary>
    public static V1SecretProviderClassPodStatus Of(VolumeStatus volume, string nodeId) => new()
    {
        Metadata = new()
        {
            Name = NameOf(volume.Pod, volume.ClassName),
            Namespace = volume.Pod.Namespace,
            Labels = new Dictionary<string, string> { [NodeLabel] = nodeId },
            OwnerReferences = [new() { ApiVersion = "v1", Kind = "Pod", Name = volume.Pod.Name, Uid = volume.Pod.Uid }],
        },
        Status = new()
        {
            PodName = volume.Pod.Name,
            SecretProviderClassName = volume.ClassName,
            Mounted = true,
            TargetPath = volume.Targets[0],
            Objects = [.. volume.Objects.OrderBy(served => served.Id, StringComparer.Ordinal).Select(served => new V1SecretProviderClassObject { Id = served.Id, Version = served.Version })],
        },
    };

    /// <summary>The object called <paramref name="name"/> as an owner: a Secret of a pod that stands alone belongs to it.</summary>
    public static Owner AsOwner(string name, string uid)
        => new(Resources.SecretProviderClassPodStatuses.ApiVersion, Resources.SecretProviderClassPodStatuses.Kind, name, uid);

    /// <summary>Whether <paramref name="found"/> says all that <paramref name="wanted"/> does. What others have added to it does not count.</summary>
    public static bool Says(this V1SecretProviderClassPodStatus found, V1SecretProviderClassPodStatus wanted)
        => found.Metadata.Labels?.GetValueOrDefault(NodeLabel) == wanted.Metadata.Labels![NodeLabel]
            && (found.Metadata.OwnerReferences ?? []).Select(owner => owner.AsOwner()).SequenceEqual(wanted.Metadata.OwnerReferences!.Select(owner => owner.AsOwner()))
            && (found.Status ?? new()) with { Objects = null } == wanted.Status! with { Objects = null }
            && (found.Status?.Objects ?? []).SequenceEqual(wanted.Status!.Objects!);
}
