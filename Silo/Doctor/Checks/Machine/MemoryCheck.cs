using System.Globalization;

namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>Pages of a tmpfs count as memory of whoever wrote them: the driver pays for the files of all volumes.</summary>
internal sealed class MemoryCheck() : FileCheck("memory")
{
    private const long DriverItself = 64 << 20; // docs/PERFORMANCE.md
    private const double NearlyFull = 0.8;
    private const string Mend = "raise resources.limits.memory of the driver's container, or lower --volume-size";

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        if (Group(node) is not { } group)
            yield break;
        if (Event(node, group, "oom_kill") is > 0 and var kills)
            yield return Finding.Warning($"the kernel has killed {kills} processes of the driver's container for want of memory", "none", Mend);
        if (Number(node, group, "memory.max") is not { } limit)
            yield break;
        var needed = DriverItself + node.Options.VolumeSizeBytes;
        if (limit < needed)
            yield return Finding.Error($"the memory limit is {MiB(limit)}", $"{MiB(needed)} or more: the driver itself, and one volume as large as --volume-size allows", Mend);
        else if (Number(node, group, "memory.current") is { } used && used > limit * NearlyFull)
            yield return Finding.Warning($"{MiB(used)} of the {MiB(limit)} that the memory limit allows are in use", "some room: the files of new volumes count too", Mend);
    }

    /// <summary>The directory of the driver's cgroup; null where there is no cgroup v2.</summary>
    private static string? Group(Surroundings node)
        => node.ProcessFile("cgroup")?.Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal)) is { } line
            ? "/sys/fs/cgroup" + line["0::".Length..].TrimEnd('/') : null;

    /// <summary>Null for "max", which is no limit.</summary>
    private static long? Number(Surroundings node, string group, string file)
        => long.TryParse(node.KernelFile($"{group}/{file}"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Event(Surroundings node, string group, string name)
        => node.KernelFile($"{group}/memory.events")?.Split('\n').Select(line => line.Split(' ')).FirstOrDefault(words => words[0] == name) is [_, var count]
            && long.TryParse(count, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string MiB(long bytes) => $"{bytes >> 20} MiB";
}
