namespace ActorCsi.Testing;

/// <summary>What the kernel says of mounts in /proc/self/mountinfo: an oracle that shares nothing with the driver.</summary>
public sealed record MountTable(string Id, string Target, HashSet<string> Options, string Type, string Source, HashSet<string> SuperOptions)
{
    private const string Own = "/proc/self/mountinfo";

    /// <summary>How many mounts there are.</summary>
    public static int Count => File.ReadLines(Own).Count();

    /// <summary>The mounts at <paramref name="target"/>, the lowest first.</summary>
    public static List<MountTable> At(string target, string table = Own)
        => [.. File.ReadLines(table).Select(Parse).Where(mount => mount.Target == target)];

    private static MountTable Parse(string line)
    {
        var halves = line.Split(" - ");
        var (left, right) = (halves[0].Split(' '), halves[1].Split(' '));
        return new MountTable(left[0], left[4], [.. left[5].Split(',')], right[0], right[1], [.. right[2].Split(',')]);
    }
}
