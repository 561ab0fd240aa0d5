namespace ActorCsi.Grains.Refresh;

/// <summary>A part of a life: where in it content is renewed. Who renews when in it is the jitter's choice.</summary>
/// <param name="Earliest">Where it begins, from 0 to 1.</param>
/// <param name="Latest">Where it ends, from 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.LifeWindow")]
public readonly record struct LifeWindow([property: Id(0)] double Earliest, [property: Id(1)] double Latest)
{
    /// <summary>Within this after an outage's end every volume has asked again: the breaker's longest pause, a volume's longest retry, and some time for the answers.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(2);

    /// <summary>No allowance makes a window end before this: what lives less than twice as long as an outage cannot be helped by asking ever more often.</summary>
    private const double SoonestEnd = 0.45;

    /// <summary>How much of the time before its end a window that was moved leaves free: enough for the requests to spread.</summary>
    private const double Spread = 1.0 / 6;

    /// <summary>60 to 80 %.</summary>
    public static LifeWindow Default { get; } = new(0.6, 0.8);

    /// <summary>At two thirds, or up to a tenth of the life earlier: the usual time for certificates of which the authority is always there.</summary>
    public static LifeWindow TwoThirds { get; } = new((2.0 / 3) - 0.1, 2.0 / 3);

    /// <summary>The point of the window.</summary>
    public double At(double share) => Earliest + ((Latest - Earliest) * share);

    /// <summary>This window, or one so much earlier that of a <paramref name="life"/> enough is left to live through <paramref name="outage"/>.</summary>
    internal LifeWindow Leaving(TimeSpan outage, TimeSpan life)
    {
        if (outage <= TimeSpan.Zero || life <= TimeSpan.Zero)
            return this;
        var latest = Math.Max(1 - ((outage + Recovery) / life), SoonestEnd);
        return latest >= Latest ? this : new LifeWindow(Math.Min(Earliest, latest * (1 - Spread)), latest);
    }
}
