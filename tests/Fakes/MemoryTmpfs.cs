using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Fakes;

/// <summary>The kernel's side of things: what is mounted where outlives every crash of the driver.</summary>
public sealed class MemoryKernel
{
    /// <summary>What is mounted, by target path.</summary>
    public SortedDictionary<string, MemoryMount> Mounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a file, a link or another file system stands, which is nobody's to mount on or to unmount.</summary>
    public HashSet<string> Foreign { get; } = new(StringComparer.Ordinal);

    /// <summary>How many generations were ever written.</summary>
    public int Generations { get; set; }
}

/// <summary>A tmpfs: what readers see, and what lies about unseen.</summary>
public sealed class MemoryMount
{
    /// <summary>What <c>..data</c> points to.</summary>
    public string? Generation { get; set; }

    /// <summary>The readable files, path to content.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Their modes.</summary>
    public ImmutableSortedDictionary<string, int> Modes { get; set; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Their group; null when none was asked for.</summary>
    public uint? FsGroup { get; set; }

    /// <summary>Generation directories that readers do not see: the one before, and what a crash left.</summary>
    public int Orphans { get; set; }
}

/// <summary>
/// An <see cref="ITmpfs"/> in memory, with the same steps between which the real one can fail or die. <paramref name="step"/> is called at each
/// and may throw.
/// </summary>
public sealed class MemoryTmpfs(MemoryKernel kernel, Action<string>? step = null) : ITmpfs
{
    /// <inheritdoc/>
    public TargetState Probe(string target)
    {
        Step("probe");
        return kernel.Foreign.Contains(target) ? TargetState.Foreign : kernel.Mounts.ContainsKey(target) ? TargetState.Mounted : TargetState.Absent;
    }

    /// <inheritdoc/>
    public string? Generation(string target)
    {
        Step("generation");
        return kernel.Mounts.GetValueOrDefault(target)?.Generation;
    }

    /// <inheritdoc/>
    public void Mount(string target, TmpfsLimits limits)
    {
        Step("mount");
        RefuseForeign(target);
        kernel.Mounts.TryAdd(target, new());
        Step("mounted");
    }

    /// <inheritdoc/>
    public void Bind(string target, string second)
    {
        Step("bind");
        RefuseForeign(second);
        var mount = Mounted(target);
        if (!kernel.Mounts.TryAdd(second, mount) && kernel.Mounts[second] != mount)
            throw Refused(second, "a tmpfs");
    }

    /// <inheritdoc/>
    public Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup)
    {
        Step("replace");
        var mount = Mounted(target);
        var last = files.GroupBy(file => file.Path, StringComparer.Ordinal).Select(same => same.Last()).ToArray();
        var content = last.ToImmutableSortedDictionary(file => file.Path, file => file.Content.ExposeText(), StringComparer.Ordinal);
        var modes = last.ToImmutableSortedDictionary(file => file.Path, file => file.Mode, StringComparer.Ordinal);
        if (mount.Generation is not null && mount.Files.SequenceEqual(content) && mount.Modes.SequenceEqual(modes) && mount.FsGroup == fsGroup)
        {
            mount.Orphans = 0;
            return new Replacement(mount.Generation, Changed: false);
        }

        mount.Orphans++; // the new generation is being written
        try
        {
            Step("written");
        }
        catch (VolumeException) // a failure is tidied up after; a crash is anything else
        {
            mount.Orphans = 0;
            throw;
        }
        var before = mount.Generation;
        (mount.Files, mount.Modes, mount.FsGroup) = (content, modes, fsGroup); // the swap: one step
        mount.Generation = string.Create(CultureInfo.InvariantCulture, $"..{++kernel.Generations:D8}");
        mount.Orphans = before is null ? 0 : 1; // for readers that are on their way through it, until Tidy
        Step("swapped");
        return new Replacement(mount.Generation, Changed: true);
    }

    /// <inheritdoc/>
    public ImmutableArray<Secret?> Read(string target, ImmutableArray<string> paths, int limit)
    {
        Step("read");
        var files = Mounted(target).Files;
        if (paths.Sum(path => files.GetValueOrDefault(path)?.Length ?? 0) > limit)
            throw new VolumeException(VolumeError.Full, $"the files have more than {limit} bytes");
        return [.. paths.Select(path => files.TryGetValue(path, out var content) ? Secret.FromText(content) : null)];
    }

    /// <inheritdoc/>
    public void Tidy(string target)
    {
        Step("tidy");
        Mounted(target).Orphans = 0;
    }

    /// <inheritdoc/>
    public void Unmount(string target)
    {
        Step("unmount");
        RefuseForeign(target);
        kernel.Mounts.Remove(target);
        Step("unmounted");
    }

    /// <inheritdoc/>
    public TmpfsUsage Usage(string target) => new(1 << 20, 4096, 4096, Mounted(target).Files.Count);

    private void RefuseForeign(string target)
    {
        if (kernel.Foreign.Contains(target))
            throw Refused(target, "a file, a link or another file system");
    }

    private static VolumeException Refused(string target, string what)
        => new(VolumeError.Invalid, $"target path '{target}': there is {what} that this volume did not put there");

    private MemoryMount Mounted(string target)
        => kernel.Mounts.GetValueOrDefault(target) ?? throw new VolumeException(VolumeError.Internal, $"{target}: expected a mounted tmpfs, found nothing");

    private void Step(string name) => step?.Invoke(name);
}
