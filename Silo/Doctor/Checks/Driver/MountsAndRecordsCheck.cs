using System.Runtime.CompilerServices;

namespace ActorCsi.Silo.Doctor.Checks.Driver;

/// <summary>What is mounted and what is remembered must be the same.</summary>
internal sealed class MountsAndRecordsCheck : ICheck
{
    public string Name => "mounts-and-records";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await node.Volumes(cancellationToken) is not { } volumes)
            yield break;
        var mounts = node.VolumeMounts().ToLookup(mount => mount.Point);
        var remembered = volumes.SelectMany(volume => volume.Targets).ToHashSet(StringComparer.Ordinal);

        foreach (var mount in mounts.Where(mount => !remembered.Contains(mount.Key)))
            yield return Finding.Warning($"a volume is mounted at {mount.Key}, and the driver knows nothing of it", "mounts that are looked after",
                $"if its pod still runs, kubelet's next publish takes it over, within two minutes; if not: umount {mount.Key}");
        foreach (var volume in volumes.Where(volume => volume.State is nameof(VolumeState.Serving) or nameof(VolumeState.Stale)))
            foreach (var target in volume.Targets.Where(target => !mounts.Contains(target)))
                yield return Finding.Error($"volume {volume.VolumeId} of pod {volume.PodNamespace}/{volume.PodName} is not mounted at {target} any more", "its files",
                    "kubelet's next publish mounts it anew, which the running containers do not see: start the pod anew, and find out who unmounted it");
        foreach (var mount in mounts.Where(mount => mount.Count() > 1))
            yield return Finding.Warning($"{mount.Count()} mounts lie over each other at {mount.Key}", "one", "an unpublish takes all of them away; until then the lower ones take memory for nothing");
    }
}
