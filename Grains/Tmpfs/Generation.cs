using System.Globalization;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// One set of files in a directory of its own at the volume's root, <c>..2026_10_31_12_00_00.1234567890</c>: the time in UTC, for people,
/// and chance. Written once, never changed.
/// </summary>
internal static class Generation
{
    /// <summary>Folders may be entered and listed by everybody: what protects a secret is its file's mode, and kubelet's directories above the volume.</summary>
    public const uint FolderMode = 0x1ED; // 0755

    /// <summary>What a folder has until it is whole.</summary>
    public const uint PrivateMode = 0x1C0; // 0700

    private const uint GroupRead = 0x20; // 0040

    /// <summary>A name that no generation has had.</summary>
    public static string NewName(TimeProvider time, Random chance)
    {
        lock (chance) // a seeded Random is not made for several volumes at once
        {
            return string.Create(CultureInfo.InvariantCulture, $"..{time.GetUtcNow().UtcDateTime:yyyy_MM_dd_HH_mm_ss}.{chance.NextInt64(10_000_000_000):D10}");
        }
    }

    /// <summary>Writes all of <paramref name="tree"/> into the empty directory. Nobody but root can look into it before it is whole.</summary>
    public static void Write(DirectoryHandle generation, FileTree tree, uint? fsGroup)
    {
        foreach (var folder in tree.Folders)
        {
            if (!generation.TryDescend(folder.Path, out var directory))
                throw new VolumeException(VolumeError.Internal, $"{generation.PathOf(folder.Path)} went away while it was written: something else writes to this volume");
            using (directory)
            {
                foreach (var name in folder.Folders)
                    directory.TryMakeDirectory(name, PrivateMode);
                foreach (var file in folder.Files)
                    directory.WriteFile(Folder.NameOf(file.Path), file.Content.Expose(), fsGroup ?? 0, ModeOf(file.Mode, fsGroup));
                if (folder.Path.Length > 0)
                    directory.SetOwner(fsGroup ?? 0, FolderMode);
            }
        }
        generation.SetOwner(fsGroup ?? 0, FolderMode);
    }

    /// <summary>Whether the directory holds exactly <paramref name="tree"/>: these files, with this content, these modes and this group, and no others.</summary>
    public static bool Holds(DirectoryHandle generation, FileTree tree, uint? fsGroup)
        => tree.Folders.All(folder => HoldsFolder(generation, folder, fsGroup));

    private static bool HoldsFolder(DirectoryHandle generation, Folder folder, uint? fsGroup)
    {
        if (!generation.TryDescend(folder.Path, out var directory))
            return false;
        using (directory)
        {
            return directory.IsOwned(fsGroup ?? 0, FolderMode)
                && directory.Names().Count == folder.Folders.Length + folder.Files.Length // the sub-folders are looked for when their turn comes
                && folder.Files.All(file => directory.FileIs(Folder.NameOf(file.Path), file.Content.Expose(), fsGroup ?? 0, ModeOf(file.Mode, fsGroup)));
        }
    }

    /// <summary>fsGroup is a wish to read: its members may, whatever else the mode says.</summary>
    private static uint ModeOf(int mode, uint? fsGroup) => (uint)mode | (fsGroup is null ? 0 : GroupRead);
}
