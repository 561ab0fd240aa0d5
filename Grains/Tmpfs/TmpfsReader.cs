using System.Collections.Immutable;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>Reads files back out of a mounted volume. What lies there may be a pod's work: only plain files count, and no link is followed.</summary>
internal static class TmpfsReader
{
    /// <summary>See <see cref="ITmpfs.Read"/>.</summary>
    public static ImmutableArray<Secret?> Read(DirectoryHandle root, ImmutableArray<string> paths, int limit)
    {
        using var generation = root.Open(TmpfsWriter.CurrentGeneration(root) ?? "."); // held open it stays whole, also when it is swapped out meanwhile
        var files = ImmutableArray.CreateBuilder<Secret?>(paths.Length);
        try
        {
            var room = limit;
            foreach (var path in paths)
            {
                var file = Read(generation, path, room);
                files.Add(file);
                room -= file?.Length ?? 0;
            }
            return files.MoveToImmutable();
        }
        catch (VolumeException)
        {
            foreach (var file in files)
                file?.Erase();
            throw;
        }
    }

    private static Secret? Read(DirectoryHandle generation, string path, int room)
    {
        if (FilePath.BrokenRule(path) is not null || !generation.TryDescend(Folder.PathOf(path), out var folder))
            return null;
        using (folder)
            return folder.ReadFile(Folder.NameOf(path), room) is { } content ? new Secret(content) : null;
    }
}
