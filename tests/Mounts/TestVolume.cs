using System.Collections.Immutable;
using System.Text;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Tests.Mounts;

/// <summary>Inside a mount namespace: a driver, a target as kubelet prepares it, and short words for what the tests do with them.</summary>
internal sealed class TestVolume
{
    private const int Mode = SecretFile.DefaultMode;

    /// <summary>The limits that volumes of the tests have.</summary>
    public static readonly TmpfsLimits Limits = new(1 << 20, 100);

    /// <summary>A target called <paramref name="name"/>, whose parent exists.</summary>
    public TestVolume(string name = "volume")
    {
        var above = Directory.CreateDirectory(Path.Combine(MountNamespace.Scratch, "pods", name));
        Target = Path.Combine(above.FullName, "mount");
    }

    /// <summary>The driver.</summary>
    public ITmpfs Tmpfs { get; init; } = new LinuxTmpfs(TimeProvider.System);

    /// <summary>The target.</summary>
    public string Target { get; }

    /// <summary>What stands there.</summary>
    public TargetState State => Tmpfs.Probe(Target);

    /// <summary>The generation that readers see.</summary>
    public string? Generation => Tmpfs.Generation(Target);

    /// <summary>A mounted volume.</summary>
    public static TestVolume Mounted(string name = "volume", TmpfsLimits? limits = null)
    {
        var volume = new TestVolume(name);
        volume.Tmpfs.Mount(volume.Target, limits ?? Limits);
        return volume;
    }

    /// <summary>A mounted volume with these files.</summary>
    public static TestVolume With(params SecretFile[] files)
    {
        var volume = Mounted();
        volume.Replace(files);
        return volume;
    }

    /// <summary>A file.</summary>
    public static SecretFile File(string path, string content, int mode = Mode) => new(path, mode, Secret.FromText(content));

    /// <summary>A file of <paramref name="length"/> bytes.</summary>
    public static SecretFile File(string path, int length) => new(path, Mode, new Secret(Encoding.ASCII.GetBytes(new string('x', length))));

    /// <summary>Makes <paramref name="files"/> the content.</summary>
    public Replacement Replace(params SecretFile[] files) => ReplaceFor(null, files);

    /// <summary>Makes <paramref name="files"/> the content, for a group.</summary>
    public Replacement ReplaceFor(uint? fsGroup, params SecretFile[] files) => Tmpfs.Replace(Target, ImmutableArray.Create(files), fsGroup);

    /// <summary>Removes what is left.</summary>
    public void Tidy() => Tmpfs.Tidy(Target);

    /// <summary>The path of <paramref name="name"/> in the volume.</summary>
    public string At(string name) => Path.Combine(Target, name);

    /// <summary>What a program reads at <paramref name="name"/>.</summary>
    public string Read(string name) => System.IO.File.ReadAllText(At(name));

    /// <summary>Whether <paramref name="name"/>, a link, leads to something. (For .NET a link that leads nowhere exists.)</summary>
    public bool CanOpen(string name) => Path.Exists(new FileInfo(At(name)).ResolveLinkTarget(returnFinalTarget: true)!.FullName);

    /// <summary>The names that users see at the root, sorted.</summary>
    public string[] Visible() => [.. Names().Where(name => !name.StartsWith("..", StringComparison.Ordinal))];

    /// <summary>The names that users do not see, sorted: <c>..data</c>, generations, whatever was left.</summary>
    public string[] Hidden() => [.. Names().Where(name => name.StartsWith("..", StringComparison.Ordinal))];

    /// <summary>Every file that readers see, by its path, with its content. What cannot be opened fails.</summary>
    public SortedDictionary<string, string> Content() => Collect(Visible(), removed: "");

    /// <summary>Every file below <paramref name="directory"/>, by its path from there.</summary>
    public SortedDictionary<string, string> ContentBelow(string directory) => Collect([directory], removed: directory + "/");

    /// <summary>The file <paramref name="name"/>, or every file below it, by its path.</summary>
    public SortedDictionary<string, string> ContentAt(string name) => Collect([name], removed: "");

    /// <summary>What <see cref="Content"/> gives for <paramref name="files"/>.</summary>
    public static SortedDictionary<string, string> ContentOf(params SecretFile[] files)
        => new(files.ToDictionary(file => file.Path, file => file.Content.ExposeText()), StringComparer.Ordinal);

    private SortedDictionary<string, string> Collect(string[] paths, string removed)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var rest = new Stack<string>(paths);
        while (rest.TryPop(out var path))
        {
            if (!Directory.Exists(At(path)))
                content[path[removed.Length..]] = Read(path);
            else
                foreach (var entry in Directory.EnumerateFileSystemEntries(At(path)))
                    rest.Push($"{path}/{Path.GetFileName(entry)}");
        }
        return content;
    }

    private IEnumerable<string> Names()
        => Directory.EnumerateFileSystemEntries(Target).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
