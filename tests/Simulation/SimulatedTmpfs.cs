using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Tests.Simulation;

/// <summary>The kernel's side: what is mounted where outlives every crash of the driver.</summary>
internal sealed class SimulatedKernel
{
    public SortedDictionary<string, Mounted> Mounts { get; } = new(StringComparer.Ordinal);

    public int NextGeneration { get; set; } = 1;

    /// <summary>A tmpfs: what readers see, and what lies about unseen.</summary>
    public sealed class Mounted
    {
        public string? Generation { get; set; }

        public ImmutableSortedDictionary<string, string> Files { get; set; } = [];

        /// <summary>Generation directories that readers do not see: half written ones and old ones.</summary>
        public int Orphans { get; set; }
    }
}

/// <summary>The process is dead: whatever it still tries has no effect.</summary>
internal sealed class ProcessDied() : Exception("the simulated process has crashed");

/// <summary>The kernel as one life of the driver sees it, with faults between any two steps.</summary>
internal sealed class SimulatedTmpfs(SimulatedKernel kernel, Faults faults, Life life) : ITmpfs
{
    public TargetState Probe(string target)
    {
        life.Check();
        return kernel.Mounts.ContainsKey(target) ? TargetState.Mounted : TargetState.Absent;
    }

    public string? Generation(string target)
    {
        life.Check();
        return kernel.Mounts.GetValueOrDefault(target)?.Generation;
    }

    public void Mount(string target, TmpfsLimits limits)
    {
        Step();
        if (!kernel.Mounts.TryAdd(target, new()))
            throw new InvalidOperationException($"mounted twice at {target}");
        Step();
    }

    public void Bind(string target, string second)
    {
        Step();
        kernel.Mounts.Add(second, kernel.Mounts[target]);
    }

    public Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup)
    {
        Step();
        if (faults.Strikes(Fault.TmpfsIsFull))
            throw new VolumeException(VolumeError.Full, "simulated: no space");

        var mount = kernel.Mounts.GetValueOrDefault(target) ?? throw new InvalidOperationException($"files written where nothing is mounted: {target}");
        var content = files.ToImmutableSortedDictionary(file => file.Path, file => file.Content.ExposeText(), StringComparer.Ordinal);
        if (mount.Generation is not null && mount.Files.SequenceEqual(content))
            return new Replacement(mount.Generation, Changed: false);

        mount.Orphans++; // the new generation is being written
        Step();
        mount.Files = content; // the swap: one step
        mount.Generation = string.Create(CultureInfo.InvariantCulture, $"..{kernel.NextGeneration++:D8}");
        Step();
        mount.Orphans = 0;
        return new Replacement(mount.Generation, Changed: true);
    }

    public void Tidy(string target)
    {
        Step();
        kernel.Mounts[target].Orphans = 0;
    }

    public void Unmount(string target)
    {
        Step();
        kernel.Mounts.Remove(target);
        Step();
    }

    public TmpfsUsage Usage(string target) => new(1, 0, 1, 0);

    private void Step()
    {
        life.Check();
        if (faults.Strikes(Fault.CrashInTmpfs))
            life.End();
        if (faults.Strikes(Fault.TmpfsBreaks))
            throw new VolumeException(VolumeError.Internal, "simulated: the kernel says EIO");
    }
}

/// <summary>One run of the driver's process, from start to crash.</summary>
internal sealed class Life
{
    public bool IsOver { get; private set; }

    /// <summary>Ends the process here and now.</summary>
    public void End()
    {
        IsOver = true;
        throw new ProcessDied();
    }

    /// <summary>Ends the process from outside.</summary>
    public void EndFromOutside() => IsOver = true;

    /// <summary>A dead process does nothing.</summary>
    public void Check()
    {
        if (IsOver)
            throw new ProcessDied();
    }
}
