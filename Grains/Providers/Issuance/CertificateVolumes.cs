using System.Collections.Concurrent;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// The volumes whose requests are remembered, so that only they are told when their volume is gone. A volume whose class lists several sources
/// (<see cref="FetchRequest.Source"/>) has a request for each: the key is <c>source|volume</c>, the source empty where there is but one.
/// </summary>
internal sealed class CertificateVolumes
{
    private const char Separator = '|';

    private readonly ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);
    private int _resumed;

    /// <summary>The key of a request's grain.</summary>
    public static string Key(string volume, string? source) => $"{source}{Separator}{volume}";

    /// <summary>Whose key it is. A volume's id may hold a separator, a source's name does not.</summary>
    public static string VolumeOf(string key) => key[(key.IndexOf(Separator) + 1)..];

    public void Add(string key) => _keys[key] = true;

    public void Remove(string key) => _keys.TryRemove(key, out _);

    /// <summary>True the first time.</summary>
    public bool BeginResume() => Interlocked.Exchange(ref _resumed, 1) == 0;

    /// <summary>The keys of a volume.</summary>
    public IEnumerable<string> Of(string volume) => _keys.Keys.Where(key => VolumeOf(key) == volume);
}
