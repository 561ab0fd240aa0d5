namespace ActorCsi.Grains.Providers.Sources;

/// <summary>Collects why sources cannot be had: whoever reads it is told of all of them at once, each by its name.</summary>
internal sealed class SourceFailures
{
    private readonly List<(Source Source, VolumeException Failure)> _failures = [];

    public void Add(Source source, VolumeException failure) => _failures.Add((source, failure));

    /// <summary>
    /// All of them as one. The most serious says of which kind it is: while one source gives a considered no, it is of no use to come back soon because another one
    /// is only away.
    /// </summary>
    /// <exception cref="VolumeException">There are failures.</exception>
    public void ThrowIfAny()
    {
        if (_failures.Count == 0)
            return;
        var serious = _failures.Select(failed => failed.Failure).FirstOrDefault(failure => !PassesByItself(failure));
        var told = string.Join("; ", _failures.Select(failed => $"source '{failed.Source.Name}': {failed.Failure.Message}"));
        throw serious is null
            ? new VolumeException(_failures[0].Failure.Error, told) { RetryAfter = _failures.Max(failed => failed.Failure.RetryAfter) }
            : new VolumeException(serious.Error, told);
    }

    private static bool PassesByItself(VolumeException failure) => failure.Error is VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles;
}
