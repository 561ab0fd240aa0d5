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

    /// <summary>Generation directories that readers do not see: half written ones and old ones.</summary>
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
        return kernel.Mounts.ContainsKey(target) ? TargetState.Mounted : TargetState.Absent;
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
        if (!kernel.Mounts.TryAdd(target, new()))
            throw new InvalidOperationException($"mounted twice at {target}");
        Step("mounted");
    }

    /// <inheritdoc/>
    public void Bind(string target, string second)
    {
        Step("bind");
        kernel.Mounts.Add(second, kernel.Mounts[target]);
    }

    /// <inheritdoc/>
    public Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup)
    {
        Step("replace");
        var mount = kernel.Mounts.GetValueOrDefault(target) ?? throw new InvalidOperationException($"files written where nothing is mounted: {target}");
        var content = files.ToImmutableSortedDictionary(file => file.Path, file => file.Content.ExposeText(), StringComparer.Ordinal);
        if (mount.Generation is not null && mount.Files.SequenceEqual(content))
            return new Replacement(mount.Generation, Changed: false);

        mount.Orphans++; // the new generation is being written
        Step("written");
        mount.Files = content; // the swap: one step
        mount.Generation = string.Create(CultureInfo.InvariantCulture, $"..{++kernel.Generations:D8}");
        Step("swapped");
        mount.Orphans = 0;
        return new Replacement(mount.Generation, Changed: true);
    }

    /// <inheritdoc/>
    public ImmutableArray<Secret?> Read(string target, ImmutableArray<string> paths, int limit)
    {
        Step("read");
        var files = kernel.Mounts[target].Files;
        return [.. paths.Select(path => files.TryGetValue(path, out var content) ? Secret.FromText(content) : null)];
    }

    /// <inheritdoc/>
    public void Tidy(string target)
    {
        Step("tidy");
        kernel.Mounts[target].Orphans = 0;
    }

    /// <inheritdoc/>
    public void Unmount(string target)
    {
        Step("unmount");
        kernel.Mounts.Remove(target);
        Step("unmounted");
    }

    /// <inheritdoc/>
    public TmpfsUsage Usage(string target) => new(1 << 20, 4096, 4096, kernel.Mounts[target].Files.Count);

    private void Step(string name) => step?.Invoke(name);
}
