using System.Collections.Immutable;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// What the kernel does for a volume. One tmpfs per volume, mounted once; content changes under it by one atomic swap.
/// Every call is short, local and synchronous, and leaves either its whole effect or none that a reader could see.
/// </summary>
/// <remarks>Failures are <see cref="VolumeException"/>s: <see cref="VolumeError.Full"/>, <see cref="VolumeError.Invalid"/> (a path that must not be) or <see cref="VolumeError.Internal"/>.</remarks>
public interface ITmpfs
{
    /// <summary>What stands at <paramref name="target"/> now.</summary>
    TargetState Probe(string target);

    /// <summary>
    /// The generation that a reader of <paramref name="target"/> sees (what <c>..data</c> points to), or null when no volume is mounted
    /// there or it holds nothing yet. Cheap: it stands in the way of every republish.
    /// </summary>
    string? Generation(string target);

    /// <summary>Mounts an empty tmpfs at <paramref name="target"/>, making the directory if there is none. Its parent must exist.</summary>
    void Mount(string target, TmpfsLimits limits);

    /// <summary>Shows the volume mounted at <paramref name="target"/> at <paramref name="second"/> too.</summary>
    void Bind(string target, string second);

    /// <summary>
    /// Makes <paramref name="files"/> the content: all of them, or none when anything fails. Writes nothing when the content, modes and
    /// group are what they are already. Removes older generations and what a crash left.
    /// </summary>
    /// <returns>The generation that readers see from now on, and whether it is a new one.</returns>
    Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup);

    /// <summary>Removes what a crash between two steps of <see cref="Replace"/> may have left; what readers see stays.</summary>
    void Tidy(string target);

    /// <summary>Takes the mount away and removes the directory. Nothing there is no failure.</summary>
    void Unmount(string target);

    /// <summary>How full the file system at <paramref name="target"/> is: bytes total and used, inodes total and used.</summary>
    TmpfsUsage Usage(string target);
}

/// <summary>What stands at a target path.</summary>
public enum TargetState
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>A directory (or a file) on the file system of its parent: nothing is mounted.</summary>
    NotMounted,

    /// <summary>A tmpfs.</summary>
    Mounted,

    /// <summary>Another file system, or one that cannot be read.</summary>
    Foreign,
}

/// <summary>Limits of a volume's tmpfs.</summary>
/// <param name="SizeBytes">The most that files may take, in bytes.</param>
/// <param name="Inodes">The most files, directories and links.</param>
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
