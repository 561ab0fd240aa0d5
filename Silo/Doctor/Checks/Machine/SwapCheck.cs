namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>Files in a tmpfs can be swapped to a disk, but for one that is mounted noswap, which Linux has since 6.4.</summary>
internal sealed class SwapCheck() : FileCheck("swap")
{
    private static readonly Version HasNoSwap = new(6, 4);

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        var disks = Disks(node).ToArray();
        if (disks.Length == 0)
            yield break;
        var where = string.Join(", ", disks);
        if (KernelOf(node) is { } kernel && kernel < HasNoSwap)
            yield return Finding.Warning($"swap is on ({where}), and Linux {kernel} has no noswap for tmpfs", "secrets that never reach a disk",
                "turn swap off (swapoff -a, and no swap in /etc/fstab), encrypt it, or use Linux 6.4 or newer");
        else if (UserNamespace.Is(node))
            yield return Finding.Warning($"swap is on ({where}), and Linux allows noswap to no user namespace", "secrets that never reach a disk", "turn swap off, encrypt it, or run the driver as the machine's root");
        else if (Swappable(node) is > 0 and var volumes)
            yield return Finding.Warning($"swap is on ({where}), and {volumes} volumes are mounted without noswap", "secrets that never reach a disk",
                "start their pods anew: they were mounted by another driver, or before the kernel could do it");
    }

    /// <summary>What is swapped to compressed memory stays in memory.</summary>
    private static IEnumerable<string> Disks(Surroundings node)
        => (node.KernelFile("/proc/swaps") ?? "").Split('\n').Skip(1)
            .Select(line => line.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields.Length > 1)
            .Select(fields => fields[0]).Where(device => !device.StartsWith("/dev/zram", StringComparison.Ordinal));

    private static Version? KernelOf(Surroundings node)
    {
        var release = (node.KernelFile("/proc/sys/kernel/osrelease") ?? "").Split('.', '-');
        return release.Length > 1 && Version.TryParse($"{release[0]}.{release[1]}", out var version) ? version : null;
    }

    private static int Swappable(Surroundings node) => node.VolumeMounts().Count(mount => !mount.SuperOptions.Contains("noswap"));
}
