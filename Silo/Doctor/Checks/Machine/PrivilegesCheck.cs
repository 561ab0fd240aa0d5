using System.Globalization;

namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>Root, and the capabilities of capabilities(7) without which there are no mounts and no files for a group.</summary>
internal sealed class PrivilegesCheck() : FileCheck("privileges")
{
    private const string Mend = "run the container with securityContext.privileged: true and runAsUser: 0";

    private static readonly (int Bit, string Name, string For)[] Needed =
    [
        (0, "CAP_CHOWN", "gives files to the pod's fsGroup"),
        (1, "CAP_DAC_OVERRIDE", "reaches kubelet's directories"),
        (21, "CAP_SYS_ADMIN", "mounts"),
    ];

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        // Uid: real, effective, saved, file system
        if (node.ProcessStatus("Uid")?.Split('\t') is [_, var effective, ..] && effective != "0")
            yield return Finding.Error($"the driver runs as user {effective}", "root (user 0): it mounts", Mend);
        if (!ulong.TryParse(node.ProcessStatus("CapEff"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effectively))
            yield break;
        foreach (var (bit, name, use) in Needed)
            if ((effectively & (1UL << bit)) == 0)
                yield return Finding.Error($"the driver has no {name}", $"{name}, with which it {use}", Mend);
    }
}
