using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Refresh;

/// <summary>When a volume's content is asked for again. Pure functions: the same facts give the same plan, on every node and after every restart.</summary>
/// <remarks>
/// <list type="number">
/// <item>The provider said when: then.</item>
/// <item>The content or a lease on it expires: where the class, or else the provider, wants it; else at 60 to 80 % of its life, or so much earlier that a
/// provider may be down for as long as the outage allowance says (docs/decisions/0011).</item>
/// <item>Else at the interval of the class or of the node, a tenth sooner or later; never where there is none, or where the content cannot change by itself.</item>
/// </list>
/// Where two of these apply the earlier one counts. Where in its window a refresh falls is the seed's choice.
/// </remarks>
internal static class RefreshSchedule
{
    /// <summary>Content that was born old, or a clock that jumped, must not make a volume ask without a pause.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>A token must be good for as long as a login takes.</summary>
    public static readonly TimeSpan TokenMargin = TimeSpan.FromSeconds(10);

    /// <summary>kubelet publishes every 60 to 90 s and brings a token that is good for a fifth of its life or more: one that does not come in this time does not come.</summary>
    public static readonly TimeSpan TokenPatience = TimeSpan.FromMinutes(5);

    /// <summary>How much sooner or later than its interval content is asked for.</summary>
    private const double IntervalSpread = 0.1;

    /// <summary>The next refresh of content that is in place.</summary>
    public static PlannedRefresh Next(in Freshness content, RefreshPolicy policy, JitterSeed seed)
    {
        var share = seed.Share(content.FetchedAt);
        var plan = PlannedRefresh.Never;
        if (content.ProviderWants is { } wanted)
            plan = new PlannedRefresh(wanted, RefreshCause.Provider);
        else if (content.ExpiresAt is { } end)
            plan = new PlannedRefresh(content.FetchedAt + ((end - content.FetchedAt) * Window(content, end, policy).At(share)), RefreshCause.Expiry);

        // Content that expires is not polled, unless its class says so: the interval of the node is for content of which nobody knows more.
        var isPolled = content.MayChange && (content.ExpiresAt is null || policy.IntervalIsOfClass);
        if (isPolled && policy.Interval is { } interval)
            plan = plan.OrEarlier(new PlannedRefresh(content.FetchedAt + (interval * ShareOfInterval(share)), RefreshCause.Interval));
        return plan.NotBefore(content.FetchedAt + ShortestPause);
    }

    /// <summary>The next refresh of what has just been fetched at <paramref name="fetchedAt"/>.</summary>
    public static PlannedRefresh After(SecretBundle bundle, DateTimeOffset fetchedAt, RefreshPolicy policy, JitterSeed seed)
    {
        if (bundle.FollowsTokens)
            return new PlannedRefresh(bundle.ExpiresAt, RefreshCause.Token); // kubelet brings new content before; if it does not, the volume says so
        var content = new Freshness(fetchedAt, bundle.ExpiresAt, bundle.RefreshAt, MayChange: !bundle.NeedsNoPolling) { ProviderWindow = bundle.RefreshWindow };
        return Next(content, policy, seed);
    }

    /// <summary>The allowance of the node moves nobody's own window, that of the class moves any.</summary>
    private static LifeWindow Window(in Freshness content, DateTimeOffset end, RefreshPolicy policy)
    {
        var wanted = policy.Window ?? content.ProviderWindow;
        return wanted is { } window && !policy.AllowanceIsOfClass
            ? window
            : (wanted ?? LifeWindow.Default).Leaving(policy.OutageAllowance, end - content.FetchedAt);
    }

    private static double ShareOfInterval(double share) => 1 - IntervalSpread + (2 * IntervalSpread * share);

    /// <summary>
    /// What to do about a refresh that is due at <paramref name="now"/> and needs a token: null when the token will do, or has been waited for long enough,
    /// so that the refresh is tried and its failure told; else how long to wait for the republish that brings one.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="tokenExpiresAt">When the first of the tokens expires that the provider demands.</param>
    /// <param name="contentExpiresAt">When the content in place ends; null when it does not.</param>
    /// <param name="isWaiting">Whether the volume has waited for a token until now.</param>
    public static PlannedRefresh? WaitForToken(DateTimeOffset now, DateTimeOffset tokenExpiresAt, DateTimeOffset? contentExpiresAt, bool isWaiting)
    {
        if (isWaiting || tokenExpiresAt > now + TokenMargin || contentExpiresAt <= now)
            return null;
        var patience = now + TokenPatience;
        return new PlannedRefresh(contentExpiresAt < patience ? contentExpiresAt : patience, RefreshCause.Token);
    }
}

/// <summary>What is known of the content in place.</summary>
/// <param name="FetchedAt">When the provider gave it.</param>
/// <param name="ExpiresAt">When it ends: the earliest end of an object or of a lease; null when it has no end.</param>
/// <param name="ProviderWants">When the provider wants to be asked; null leaves it to us.</param>
/// <param name="MayChange">Whether it can change before it expires and without a new token.</param>
internal readonly record struct Freshness(DateTimeOffset FetchedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? ProviderWants, bool MayChange)
{
    /// <summary>In which part of its life the provider wants it renewed; null leaves it to us.</summary>
    public LifeWindow? ProviderWindow { get; init; }
}

/// <summary>How content is kept fresh.</summary>
/// <param name="Interval">How often content is asked for of which nobody knows when it changes; null for never.</param>
/// <param name="IntervalIsOfClass">Whether the class itself gave the interval, and not the node's option.</param>
internal readonly record struct RefreshPolicy(TimeSpan? Interval, bool IntervalIsOfClass)
{
    /// <summary>In which part of its life the class wants expiring content renewed; null leaves it to the provider and to us.</summary>
    public LifeWindow? Window { get; init; }

    /// <summary>For how long a provider may be down without content ending, if its life is long enough for that; zero makes no allowance.</summary>
    public TimeSpan OutageAllowance { get; init; }

    /// <summary>Whether the class itself gave the allowance, and not the node's option.</summary>
    public bool AllowanceIsOfClass { get; init; }
}

/// <summary>When the provider is asked next, and why then.</summary>
/// <param name="At">The time; null for never.</param>
/// <param name="Cause">Why then.</param>
internal readonly record struct PlannedRefresh(DateTimeOffset? At, RefreshCause Cause)
{
    public static PlannedRefresh Never { get; } = new(null, RefreshCause.None);

    public PlannedRefresh OrEarlier(PlannedRefresh other) => other.At < (At ?? DateTimeOffset.MaxValue) ? other : this;

    public PlannedRefresh NotBefore(DateTimeOffset earliest) => At < earliest ? this with { At = earliest } : this;
}
