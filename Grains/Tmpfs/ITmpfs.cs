using System.Collections.Immutable;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// What the kernel does for a volume. One tmpfs per volume, mounted once; content changes under it by one atomic swap.
/// Every call is short, local and synchronous, and leaves either its whole effect or none that a reader could see.
/// </summary>
/// <remarks>
/// Failures are <see cref="VolumeException"/>s: <see cref="VolumeError.Full"/>; <see cref="VolumeError.Invalid"/> (a file or a target path that
/// must not be, or a target where something stands that is not the driver's) or <see cref="VolumeError.Internal"/>. Calls for one target must not overlap; for
/// different targets they may.
/// </remarks>
public interface ITmpfs
{
    /// <summary>What stands at <paramref name="target"/> now.</summary>
    TargetState Probe(string target);

    /// <summary>
    /// The generation that a reader of <paramref name="target"/> sees (what <c>..data</c> points to), or null when no volume is mounted
    /// there or it holds nothing yet. Cheap: it stands in the way of every republish.
    /// </summary>
    string? Generation(string target);

    /// <summary>Whether readers of <paramref name="target"/> see <paramref name="generation"/>: <see cref="Generation"/> without a string.</summary>
    bool Serves(string target, string generation) => Generation(target) == generation;

    /// <summary>
    /// Mounts an empty tmpfs at <paramref name="target"/>, making the directory if there is none. Its parent must exist. A tmpfs that is
    /// mounted there already (by us before a crash, or by the driver that we replace) is kept as it is.
    /// </summary>
    void Mount(string target, TmpfsLimits limits);

    /// <summary>Shows the volume mounted at <paramref name="target"/> at <paramref name="second"/> too.</summary>
    void Bind(string target, string second);

    /// <summary>
    /// Makes <paramref name="files"/> the content: all of them, or none when anything fails. Writes nothing when the content, modes and
    /// group are what they are already. Removes what a crash left and all generations but the one that it replaces: readers may be on
    /// their way through that one, and <see cref="Tidy"/> removes it a moment later.
    /// </summary>
    /// <remarks>A path that comes twice has the content and mode that come last.</remarks>
    /// <returns>The generation that readers see from now on, and whether it is a new one.</returns>
    Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup);

    /// <summary>
    /// Reads the files at <paramref name="paths"/> of the one generation that readers see now (of the volume's root, where a plugin wrote it without generations).
    /// The answer is in the order of <paramref name="paths"/>, null where there is no such file; links are not followed. The caller erases what it is given.
    /// </summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.Full"/>: together the files have more than <paramref name="limit"/> bytes.</exception>
    ImmutableArray<Secret?> Read(string target, ImmutableArray<string> paths, int limit);

    /// <summary>
    /// Removes what <see cref="Replace"/> or a crash in the middle of it left: older generations, unfinished ones, links that lead
    /// nowhere. Shows what a crash kept from being shown. The generation that readers see stays.
    /// </summary>
    void Tidy(string target);

    /// <summary>Takes every tmpfs mounted at <paramref name="target"/> away and removes the directory. Nothing there is no failure.</summary>
    void Unmount(string target);

    /// <summary>How full the file system at <paramref name="target"/> is: bytes total and used, inodes total and used.</summary>
    TmpfsUsage Usage(string target);
}

/// <summary>What stands at a target path.</summary>
public enum TargetState
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>A directory in which nothing is mounted.</summary>
    NotMounted,

    /// <summary>A tmpfs.</summary>
    Mounted,

    /// <summary>Another file system, or one that cannot be read; a file; a link.</summary>
    Foreign,
}

/// <summary>
/// What the content of a volume may take. An update writes the new generation beside the old one, so the file system is made twice as large:
/// what fits at the first publish still fits at every rotation.
/// </summary>
/// <param name="SizeBytes">The most that the files of one generation may take, in bytes; a file takes whole pages of 4 KiB.</param>
/// <param name="Inodes">The most files and directories of one generation, with a link for each at the top and two entries for the generation itself.</param>
public readonly record struct TmpfsLimits(long SizeBytes, long Inodes);

/// <summary>The outcome of <see cref="ITmpfs.Replace"/>.</summary>
/// <param name="Generation">What readers see now.</param>
/// <param name="Changed">False when the content was the same and nothing was written.</param>
public readonly record struct Replacement(string Generation, bool Changed);

/// <summary>The figures of statfs(2).</summary>
/// <param name="TotalBytes">Size limit, in bytes.</param>
/// <param name="UsedBytes">Bytes in use.</param>
/// <param name="TotalInodes">Inode limit.</param>
/// <param name="UsedInodes">Inodes in use.</param>
public readonly record struct TmpfsUsage(long TotalBytes, long UsedBytes, long TotalInodes, long UsedInodes);
