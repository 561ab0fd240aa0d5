using System.Globalization;

namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>Every call of kubelet's and every provider's connection is a descriptor.</summary>
internal sealed class OpenFilesCheck() : FileCheck("open-files")
{
    private const long Least = 1024;

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        // Max open files            1024                 524288               files
        var limit = node.ProcessFile("limits")?.Split('\n').FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal))?
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        if (long.TryParse(limit, CultureInfo.InvariantCulture, out var files) && files < Least)
            yield return Finding.Error($"the driver may have {files} files open", $"{Least} or more: a burst of pods takes a few hundred", "raise LimitNOFILE of the container runtime (systemctl edit containerd)");
    }
}
