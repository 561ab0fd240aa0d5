using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Refresh;

/// <summary>
/// Where in its window a refresh falls: chance that is always the same for the same name and time, so that a plan can be made again after a restart,
/// and that volumes which share a bundle plan the same refresh without a word between them.
/// </summary>
/// <param name="Value">A hash of the name.</param>
/// <param name="Lasting">How much of the share belongs to the name for good. The rest is drawn anew for each bundle.</param>
internal readonly record struct JitterSeed(ulong Value, double Lasting)
{
    /// <summary>
    /// What started together drifts apart by the difference of its periods, which grows with each period; shares that were drawn anew each time would
    /// spread with the square root only. The part that is drawn anew keeps two names with the same period from staying together.
    /// </summary>
    private const double LastingOfVolumes = 0.75;

    /// <summary>The seed of a volume that shares with nobody.</summary>
    public static JitterSeed OfVolume(string volumeId) => new(Hash(volumeId), LastingOfVolumes);

    /// <summary>
    /// The seed of all volumes that share a bundle. Nothing of it lasts: volumes with bundles of different age meet by chance, and then share one for good; with one
    /// period for all they never would, and the same session on other nodes would keep that period too.
    /// </summary>
    public static JitterSeed OfBundle(string name) => new(Hash(name), 0);

    /// <summary>FNV-1a, well mixed. Not string.GetHashCode, which is another one in each process.</summary>
    private static ulong Hash(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in name)
            hash = (hash ^ letter) * 1099511628211UL;
        return Mix(hash);
    }

    /// <summary>The seed of what is fetched through <paramref name="session"/>.</summary>
    public static JitterSeed Of(string session, ISecretProvider provider, FetchRequest request)
        => provider.SharingKey(request) is { } shared ? OfBundle($"{session}/{shared}") : OfVolume(request.Volume.VolumeId);

    /// <summary>A number from 0 up to 1 for a bundle that was fetched at <paramref name="fetchedAt"/>.</summary>
    public double Share(DateTimeOffset fetchedAt)
        => (Lasting * Unit(Value)) + ((1 - Lasting) * Unit(Mix(Value ^ (ulong)fetchedAt.UtcTicks)));

    private static double Unit(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));

    /// <summary>The finaliser of SplitMix64: each bit of the input counts for each of the output.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
