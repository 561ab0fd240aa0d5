using System.Collections.Immutable;
using System.Text;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// The files of one generation, checked and laid out in folders. Everything about them that can be refused is refused here, before
/// anything is written.
/// </summary>
/// <remarks>
/// When a path comes twice the last one wins, as with the peer: its plugins have been allowed to, and moving over must not break a class.
/// </remarks>
internal sealed class FileTree
{
    private const int LastMode = 0x1FF; // 0777

    // A path of 4,096 bytes can name two thousand folders, and whoever writes a class can write many such paths: the driver must not
    // run out of memory laying out what no volume would hold.
    private const int MostFolders = 16_384;

    // mm/shmem.c (SHORT_SYMLINK_LEN): a link's text with its NUL that is longer than this takes a page.
    private const int LongestTextWithoutPage = 127;

    private FileTree(ImmutableArray<Folder> folders) => Folders = folders;

    /// <summary>All folders, parents before their children; the first one is the top, whose path is empty.</summary>
    public ImmutableArray<Folder> Folders { get; }

    /// <summary>The names that users see at the volume's root: those of the top folder.</summary>
    public IEnumerable<string> TopNames => Folders[0].Names;

    /// <summary>The inodes that the generation takes: files, folders, the links at the root and <c>..data</c>.</summary>
    public long Inodes => Folders.Sum(folder => 1L + folder.Files.Length) + TopNames.Count() + 1;

    /// <summary>The bytes that the generation takes of its file system, which gives memory by the page.</summary>
    public long BytesInPagesOf(long pageSize)
    {
        var pages = Folders.Sum(folder => folder.Files.Sum(file => (file.Content.Length + pageSize - 1) / pageSize));
        var longLinks = TopNames.Count(name => Encoding.UTF8.GetByteCount(VisibleLinks.TextOf(name)) > LongestTextWithoutPage);
        return (pages + longLinks) * pageSize;
    }

    /// <summary>Lays out <paramref name="files"/>.</summary>
    /// <exception cref="VolumeException">A path or mode that must not be (<see cref="VolumeError.Invalid"/>).</exception>
    public static FileTree Of(ImmutableArray<SecretFile> files)
    {
        // Ordinal order puts a folder's path before the paths in it, and gives the same tree whatever order a provider sends.
        var byPath = new SortedDictionary<string, SecretFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (FilePath.BrokenRule(file.Path) is { } rule)
                throw Invalid(file, rule);
            if (file.Mode is < 0 or > LastMode)
                throw Invalid(file, $"has the mode {file.Mode} (decimal): expected 0 to {LastMode} (0777 in octal)");
            byPath[file.Path] = file;
        }

        var folders = new SortedDictionary<string, Folder.Builder>(StringComparer.Ordinal) { [""] = new Folder.Builder() };
        foreach (var file in byPath.Values)
            FolderOf(file.Path, folders).Files.Add(file);
        foreach (var file in byPath.Values.Where(file => folders.ContainsKey(file.Path)))
            throw Invalid(file, "is also a directory of another file: a name is one or the other");
        return new FileTree([.. folders.Select(folder => folder.Value.Build(folder.Key))]);
    }

    /// <summary>The folder that holds <paramref name="path"/>, made with all folders above it if need be.</summary>
    private static Folder.Builder FolderOf(string path, SortedDictionary<string, Folder.Builder> folders)
    {
        var folderPath = Folder.PathOf(path);
        if (!folders.TryGetValue(folderPath, out var folder))
        {
            if (folders.Count == MostFolders)
                throw new VolumeException(VolumeError.Full, $"the files need more than {MostFolders} directories: ask for fewer files, or less deep ones");
            folders[folderPath] = folder = new Folder.Builder();
            FolderOf(folderPath, folders).Folders.Add(Folder.NameOf(folderPath));
        }
        return folder;
    }

    private static VolumeException Invalid(SecretFile file, string rule)
        => new(VolumeError.Invalid, $"the file path {FilePath.Quote(file.Path)} {rule}");
}

/// <summary>What stands directly in one folder.</summary>
/// <param name="Path">Relative to the generation; empty for its top.</param>
/// <param name="Folders">Names of the folders in it.</param>
/// <param name="Files">The files in it.</param>
internal sealed record Folder(string Path, ImmutableArray<string> Folders, ImmutableArray<SecretFile> Files)
{
    /// <summary>All names in the folder.</summary>
    public IEnumerable<string> Names => Folders.Concat(Files.Select(file => NameOf(file.Path)));

    /// <summary>The last name of a path.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path of the folder that <paramref name="path"/> is in; empty for the top.</summary>
    public static string PathOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    /// <summary>Collects what stands in a folder.</summary>
    internal sealed class Builder
    {
        public List<string> Folders { get; } = [];

        public List<SecretFile> Files { get; } = [];

        public Folder Build(string path) => new(path, [.. Folders], [.. Files]);
    }
}
