using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>The CSIDriver object: it tells kubelet what to bring.</summary>
internal sealed class CsiDriverObjectCheck() : ClusterCheck("csidriver")
{
    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        var name = node.Options.DriverName;
        return await Find(cluster, name, cancellationToken) is { } spec ? [.. Faults(name, spec)]
            : [Finding.Error($"there is no CSIDriver object '{name}'", "one of the name that --drivername says", $"kubectl apply -k {(node.MountsClasses ? "deploy/base" : "the overlay of that name in deploy/overlays")}, and compare its name with --drivername")];
    }

    /// <summary>The spec of the CSIDriver object; null when there is no such object.</summary>
    public static async Task<V1CsiDriverSpec?> Find(IKubernetes cluster, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await cluster.Get(Resources.CsiDrivers, null, name, cancellationToken: cancellationToken)).Spec ?? new V1CsiDriverSpec();
        }
        catch (KubernetesException failure) when (failure.IsNotFound)
        {
            return null;
        }
    }

    private static IEnumerable<Finding> Faults(string name, V1CsiDriverSpec spec)
    {
        if (spec.PodInfoOnMount is not true)
            yield return Finding.Error($"CSIDriver {name} has podInfoOnMount: false", "true: without it no publish says which pod it is for, and each is refused", Set("podInfoOnMount: true"));
        if (!(spec.VolumeLifecycleModes ?? []).Contains("Ephemeral"))
            yield return Finding.Error($"CSIDriver {name} has no Ephemeral in volumeLifecycleModes", "[Ephemeral]: secrets are inline volumes of pods", $"delete the object and make it anew with volumeLifecycleModes: [Ephemeral]; running pods are not touched");
        if (spec.AttachRequired is not false)
            yield return Finding.Error($"CSIDriver {name} has attachRequired: true", "false: nothing is attached to a node", "delete the object and make it anew with attachRequired: false; running pods are not touched");
        if (spec.RequiresRepublish is not true)
            yield return Finding.Error($"CSIDriver {name} has requiresRepublish: false", "true: without it kubelet brings no new tokens, and the last one expires", Set("requiresRepublish: true"));
        if (spec.FsGroupPolicy is not "None" and { } policy)
            yield return Finding.Note($"CSIDriver {name} has fsGroupPolicy: {policy}", "None: the driver gives the files to the pod's fsGroup itself", "leave it, or make the object anew with fsGroupPolicy: None");

        string Set(string field) => $"kubectl edit csidriver {name}, and set {field}; it counts from kubelet's next publish";
    }
}
