using System.Collections.Immutable;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Tests.Cluster;

/// <summary>Lets one call at a time through to a tmpfs in memory, which is made for simulations on one thread.</summary>
internal sealed class OneAtATime(ITmpfs tmpfs) : ITmpfs
{
    private readonly Lock _gate = new();

    public TargetState Probe(string target) => Locked(() => tmpfs.Probe(target));

    public string? Generation(string target) => Locked(() => tmpfs.Generation(target));

    public void Mount(string target, TmpfsLimits limits) => Locked(() => tmpfs.Mount(target, limits));

    public void Bind(string target, string second) => Locked(() => tmpfs.Bind(target, second));

    public Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup) => Locked(() => tmpfs.Replace(target, files, fsGroup));

    public ImmutableArray<Secret?> Read(string target, ImmutableArray<string> paths, int limit) => Locked(() => tmpfs.Read(target, paths, limit));

    public void Tidy(string target) => Locked(() => tmpfs.Tidy(target));

    public void Unmount(string target) => Locked(() => tmpfs.Unmount(target));

    public TmpfsUsage Usage(string target) => Locked(() => tmpfs.Usage(target));

    private T Locked<T>(Func<T> call)
    {
        lock (_gate)
            return call();
    }

    private void Locked(Action call)
    {
        lock (_gate)
            call();
    }
}
