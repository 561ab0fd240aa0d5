namespace ActorCsi.Cluster;

/// <summary>How long to wait after a request to the API server has failed: a second, then twice as long each time up to a minute, and half of it by chance.</summary>
internal sealed class RetryPause(Func<double> chance)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private int _failures;

    /// <summary>The next pause; not shorter than <paramref name="asked"/>, which is what the server asked for.</summary>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        var full = First * (1 << Math.Min(_failures++, 6));
        var pause = (full < Longest ? full : Longest) * (0.5 + (0.5 * chance()));
        return asked > pause ? asked.Value : pause;
    }

    /// <summary>A request has worked.</summary>
    public void Reset() => _failures = 0;
}
