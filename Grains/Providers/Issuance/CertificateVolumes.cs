using System.Collections.Concurrent;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>The volumes whose requests are remembered, so that only they are told when their volume is gone.</summary>
internal sealed class CertificateVolumes
{
    private readonly ConcurrentDictionary<string, bool> _volumes = new(StringComparer.Ordinal);
    private int _resumed;

    public void Add(string volume) => _volumes[volume] = true;

    public void Remove(string volume) => _volumes.TryRemove(volume, out _);

    /// <summary>True the first time.</summary>
    public bool BeginResume() => Interlocked.Exchange(ref _resumed, 1) == 0;

    public bool Contains(string volume) => _volumes.ContainsKey(volume);
}
