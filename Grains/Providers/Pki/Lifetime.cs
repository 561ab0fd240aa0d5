namespace ActorCsi.Grains.Providers.Pki;

/// <summary>From when to when a certificate is good.</summary>
internal readonly record struct Lifetime(DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>How far back a certificate begins: the clocks of pods on other nodes may be behind.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <param name="now">The time of issue. The life of a certificate counts from here; that it begins earlier does not make it shorter.</param>
    /// <param name="duration">How long the certificate shall be good for. The authority's own end comes first.</param>
    /// <param name="authority">Who issues it.</param>
    /// <exception cref="VolumeException">The authority is not good now.</exception>
    public static Lifetime Begin(DateTimeOffset now, TimeSpan duration, CertificateAuthority authority)
    {
        if (now >= authority.NotAfter || now < authority.NotBefore)
            throw new VolumeException(VolumeError.ProviderFailed,
                $"pki: the authority '{Words.Clip(authority.Subject)}' is good from {authority.NotBefore:u} to {authority.NotAfter:u}, and it is {now:u}: it needs a new certificate, or this node's clock is wrong");

        var end = WholeSecondAfter(now + duration);
        var notAfter = end < authority.NotAfter ? end : authority.NotAfter;
        var start = WholeSecondAfter(now - ClockSkew);
        var notBefore = start > authority.NotBefore ? start : authority.NotBefore;
        return new Lifetime(notBefore, notAfter);
    }

    /// <summary>X.509 knows whole seconds only.</summary>
    private static DateTimeOffset WholeSecondAfter(DateTimeOffset time)
    {
        var beyond = time.Ticks % TimeSpan.TicksPerSecond;
        return beyond == 0 ? time : time.AddTicks(TimeSpan.TicksPerSecond - beyond);
    }
}
