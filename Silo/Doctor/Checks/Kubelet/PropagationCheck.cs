namespace ActorCsi.Silo.Doctor.Checks.Kubelet;

/// <summary>What the driver mounts in its container must appear on the node: see mount_namespaces(7).</summary>
internal sealed class PropagationCheck() : FileCheck("mount-propagation")
{
    private const string Mend = "set mountPropagation: Bidirectional on the volumeMount of kubelet's pods directory; it needs a privileged container";

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        if (node.MountOf(node.PodsDirectory) is not { } mount)
            yield break;
        if (mount.Type == "overlay")
            yield return Finding.Error($"{node.PodsDirectory} lies in the container's own file system", "kubelet's directory: mounts made here are seen by no pod",
                "give kubelet's pods directory to the container as a hostPath volume with mountPropagation: Bidirectional");
        else if (!mount.IsShared)
            yield return Finding.Error($"mounts below {node.PodsDirectory} are {(IsFollower(mount) ? "received and not given (HostToContainer)" : "private")}",
                "shared with the node: else pods find empty directories", node.Root.Length > 0 || mount.Point != "/" ? Mend : "mount --make-rshared / on the node, as systemd does");
    }

    private static bool IsFollower(MountEntry mount) => mount.Propagation.Any(field => field.StartsWith("master:", StringComparison.Ordinal));
}
