namespace ActorCsi.Tests.Simulation;

/// <summary>
/// What may go wrong in one run, and how often. Each run draws a random subset with wild weights: a run in which everything fails a little
/// explores less than one in which two things fail a lot.
/// </summary>
internal sealed class Faults
{
    private readonly Random _random;
    private readonly Dictionary<Fault, double> _odds = [];

    public Faults(Random random)
    {
        _random = random;
        foreach (var fault in Enum.GetValues<Fault>())
            _odds[fault] = random.Next(2) == 0 ? 0 : Math.Pow(random.NextDouble(), 3);
    }

    /// <summary>From now on nothing fails.</summary>
    public void Heal() => _odds.Clear();

    /// <summary>Whether <paramref name="fault"/> happens here and now.</summary>
    public bool Strikes(Fault fault) => _odds.TryGetValue(fault, out var odds) && odds > 0 && _random.NextDouble() < odds;

    /// <summary>As <see cref="Strikes"/>, for what is asked at every step.</summary>
    public bool StrikesRarely(Fault fault) => Strikes(fault) && _random.Next(200) == 0;

    public override string ToString() => string.Join(' ', _odds.Where(pair => pair.Value > 0).Select(pair => $"{pair.Key}={pair.Value:0.00}"));
}

/// <summary>The kinds of trouble.</summary>
internal enum Fault
{
    ProviderFails,
    ProviderHangs,
    ProviderIsSlow,
    ProviderRotates,
    TmpfsIsFull,
    TmpfsBreaks,
    StorageFails,
    CrashInTmpfs,
    CrashInStorage,
    CrashAnywhere,
    KubeletGivesUp,
    KubeletOverlaps,
    KubeletUnpublishesUnseen,
    KubeletSendsNoToken,
    PodIsDeleted,
    MountVanishes,
    ClassChanges,
}
