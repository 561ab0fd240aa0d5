namespace ActorCsi.Tests.Mounts;

/// <summary>What the kernel says of mounts in /proc/self/mountinfo: an oracle that shares nothing with the driver.</summary>
internal sealed record MountTable(string Target, HashSet<string> Options, string Type, string Source, HashSet<string> SuperOptions)
{
    /// <summary>How many mounts there are.</summary>
    public static int Count => File.ReadLines("/proc/self/mountinfo").Count();

    /// <summary>The mounts at <paramref name="target"/>, the lowest first.</summary>
    public static List<MountTable> At(string target)
        => [.. File.ReadLines("/proc/self/mountinfo").Select(Parse).Where(mount => mount.Target == target)];

    private static MountTable Parse(string line)
    {
        var halves = line.Split(" - ");
        var (left, right) = (halves[0].Split(' '), halves[1].Split(' '));
        return new MountTable(left[4], [.. left[5].Split(',')], right[0], right[1], [.. right[2].Split(',')]);
    }
}
