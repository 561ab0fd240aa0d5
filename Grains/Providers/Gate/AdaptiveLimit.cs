namespace ActorCsi.Grains.Providers.Gate;

/// <summary>
/// How many fetches an endpoint is asked for at once, and how fast one after another: additive increase, multiplicative decrease, as TCP does it.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>While all is well there is a fixed bound on fetches at once and no pace.</item>
/// <item>The endpoint is overloaded (503): half as many at once. It asks for fewer calls (429, or any Retry-After): a pause, longer each time that it says so
/// again and never shorter than it said, and from then on a pace of half of what it bore. A bound on fetches at once would not do: a store that says no in a
/// millisecond would be asked a thousand times a second, one at a time.</item>
/// <item>What was on its way when that was heard says the same thing again, and counts once.</item>
/// <item>Each success adds a little to both. When nobody has complained for <see cref="Forgetful"/>, the pace is lifted.</item>
/// </list>
/// Times are spans since any fixed moment. Not for several threads at once.
/// </remarks>
internal sealed class AdaptiveLimit(ProviderLimits limits)
{
    /// <summary>A bound of one would let a single hung fetch hold up all others.</summary>
    private const double FewestAtOnce = 4;

    /// <summary>The pace begins at no less than this, in fetches a second: a quiet node has no rate that could be halved.</summary>
    private const double SlowestStart = 1;

    /// <summary>No pace is slower than this, in fetches a second.</summary>
    private const double Slowest = 0.02;

    /// <summary>How much the pace grows each second while fetches succeed, in fetches a second.</summary>
    private const double Growth = 0.05;

    /// <summary>The most by which one success makes a slow pace grow, as a share of it.</summary>
    private const double FastestGrowth = 0.5;

    /// <summary>The share of the pace that is left after a complaint.</summary>
    private const double Decrease = 0.5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSpread = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Forgetful = TimeSpan.FromMinutes(5);

    /// <summary>Over how long successes are averaged to know what the endpoint bears.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private double _atOnce = limits.Concurrency;
    private double? _pace; // fetches a second
    private double _borne; // successes in Memory, fading
    private TimeSpan _borneAt;
    private TimeSpan _nextStart;
    private TimeSpan _complaint = TimeSpan.MinValue;
    private int _complaints; // in a row

    /// <summary>How many fetches may be under way.</summary>
    public int AtOnce => (int)_atOnce;

    /// <summary>How many a second may begin; null while nobody has complained.</summary>
    public double? Pace => _pace;

    /// <summary>How long the next fetch must wait for the pace or for the end of a pause; zero when it may begin.</summary>
    public TimeSpan WaitAt(TimeSpan now) => _nextStart > now ? _nextStart - now : TimeSpan.Zero;

    /// <summary>A fetch begins.</summary>
    public void Start(TimeSpan now)
    {
        if (_pace is { } pace)
            _nextStart = Later(_nextStart, now) + TimeSpan.FromSeconds(1 / pace);
    }

    /// <summary>The endpoint has answered.</summary>
    public void Succeed(TimeSpan now)
    {
        _complaints = 0;
        _borne = BorneAt(now) + 1;
        _borneAt = now;
        _atOnce = Math.Min(limits.Concurrency, _atOnce + (1 / _atOnce));
        if (_pace is { } pace)
            _pace = now - _complaint > Forgetful ? null : pace + Math.Min(Growth / pace, pace * FastestGrowth); // pace successes a second make Growth a second
    }

    /// <summary>The endpoint could not be reached or is overloaded, and said nothing of when.</summary>
    /// <param name="startedAt">When the fetch began that heard it.</param>
    /// <param name="now">When it heard it.</param>
    public void Overload(TimeSpan startedAt, TimeSpan now)
    {
        if (IsOldNews(startedAt))
            return;
        _complaint = now;
        _atOnce = Math.Min(limits.Concurrency, Math.Max(FewestAtOnce, _atOnce * Decrease));
    }

    /// <summary>The endpoint asks for fewer calls.</summary>
    /// <param name="startedAt">When the fetch began that heard it.</param>
    /// <param name="now">When it heard it.</param>
    /// <param name="retryAfter">For how long nothing shall be asked; null when it did not say.</param>
    public void Throttle(TimeSpan startedAt, TimeSpan now, TimeSpan? retryAfter)
    {
        if (!IsOldNews(startedAt))
        {
            _complaint = now;
            _atOnce = Math.Min(limits.Concurrency, Math.Max(FewestAtOnce, _atOnce * Decrease));
            // Only what follows a success says that the pace was too fast. A store that says no to everything is given longer pauses.
            if (++_complaints == 1)
                _pace = Math.Max(Slowest, (_pace ?? Math.Max(SlowestStart / Decrease, BorneAt(now) / Memory.TotalSeconds)) * Decrease);
        }
        var pause = Later(Backoff(), Believed(retryAfter));
        _nextStart = Later(_nextStart, now + pause + Spread(pause));
    }

    private bool IsOldNews(TimeSpan startedAt) => startedAt <= _complaint;

    private double BorneAt(TimeSpan now) => _borne * Math.Exp(-(now - _borneAt) / Memory);

    /// <summary>The nodes of a cluster have been told the same time, and must not all come at that moment.</summary>
    private TimeSpan Spread(TimeSpan pause)
        => Math.Min(Math.Min(pause.TotalSeconds, LongestSpread.TotalSeconds), 1 / (_pace ?? SlowestStart)) * limits.Chance() * TimeSpan.FromSeconds(1);

    private TimeSpan Believed(TimeSpan? retryAfter) => retryAfter is not { } told ? TimeSpan.Zero : told < limits.LongestRetryAfter ? told : limits.LongestRetryAfter;

    private TimeSpan Backoff()
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(_complaints - 1, 20));
        return pause < limits.LongestPause ? pause : limits.LongestPause;
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
