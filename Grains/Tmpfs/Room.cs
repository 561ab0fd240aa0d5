namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// How much a volume holds. The old generation stays until the new one is whole, so a file system has room for two of them: what
/// fits today can be replaced tomorrow by as much again.
/// </summary>
internal static class Room
{
    /// <summary>The root directory, which belongs to no generation.</summary>
    private const long RootInodes = 1;

    /// <summary>The mount options that give a file system this room.</summary>
    public static string OptionsOf(TmpfsLimits limits) => checked($"size={2 * limits.SizeBytes},nr_inodes={(2 * limits.Inodes) + RootInodes}");

    /// <summary>Refuses <paramref name="tree"/> when the file system that <paramref name="root"/> is on cannot hold it beside the generation that is there.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.Full"/>, with what is needed and what there is.</exception>
    public static void Require(DirectoryHandle root, FileTree tree)
    {
        var there = root.FileSystem();
        // An unlimited tmpfs, which another driver may have mounted, says 0.
        if (there.Blocks > 0)
            Require("bytes", tree.BytesInPagesOf(there.BlockSize), there.Blocks * there.BlockSize, there.FreeBlocks * there.BlockSize);
        if (there.Inodes > 0)
            Require("inodes (files, directories and links)", tree.Inodes, there.Inodes - RootInodes, there.FreeInodes);
    }

    private static void Require(string what, long needed, long total, long free)
    {
        if (needed > total / 2)
            throw new VolumeException(VolumeError.Full,
                $"the files take {needed} {what} and the volume's limit is {total / 2}: raise the limit, or ask for fewer or smaller files");
        if (needed > free)
            throw new VolumeException(VolumeError.Full,
                $"the files take {needed} {what} and only {free} of the volume's {total} are free: something else has written to the volume");
    }

    /// <summary>The figures of <paramref name="root"/>'s file system.</summary>
    public static TmpfsUsage Usage(DirectoryHandle root)
    {
        var there = root.FileSystem();
        return new TmpfsUsage(
            there.Blocks * there.BlockSize, (there.Blocks - there.FreeBlocks) * there.BlockSize,
            there.Inodes, there.Inodes - there.FreeInodes);
    }
}
