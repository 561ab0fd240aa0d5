namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>When a certificate is replaced whose class says how long before its end. Without that the schedule decides: at two thirds of its life, or a little earlier.</summary>
internal static class Renewal
{
    private const double Spread = 0.1;

    /// <summary>
    /// So long before its end, or up to a tenth of that time earlier, so that pods that started together do not renew together. Null where that is longer than the whole life:
    /// as in cert-manager's driver it is of no account then.
    /// </summary>
    /// <param name="now">When it came to be of use.</param>
    /// <param name="end">When it ends.</param>
    /// <param name="before">How long before.</param>
    /// <param name="chance">From 0 up to 1: how much earlier.</param>
    public static DateTimeOffset? Before(DateTimeOffset now, DateTimeOffset end, TimeSpan before, double chance)
        => end - (before * (1 + (Spread * chance))) is var at && at > now ? at : null;
}
