using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains;

/// <summary>
/// What a session has fetched and keeps for a while: a moment for others who want the same, and longer for outages where the class says so.
/// Each copy has an end, which is never later than the content's own, and is erased then.
/// </summary>
internal sealed class KeptBundles
{
    private readonly Dictionary<string, Kept> _bundles = new(StringComparer.Ordinal);

    /// <summary>When the next copy is to be erased; null when there is none.</summary>
    public DateTimeOffset? NextEnd => _bundles.Count == 0 ? null : _bundles.Values.Min(kept => kept.End);

    /// <summary>Takes over <paramref name="bundle"/> in place of the one before. What says "unchanged" makes the copy in place young again.</summary>
    public void Keep(string key, SecretBundle bundle, KeptFor until)
    {
        var before = _bundles.GetValueOrDefault(key);
        if (bundle.Unchanged)
        {
            if (before is not null && before.Bundle.Objects.AsSpan().SequenceEqual(bundle.Objects.AsSpan()))
                _bundles[key] = new Kept(before.Bundle with { FetchedAt = bundle.FetchedAt, ExpiresAt = bundle.ExpiresAt, RefreshAt = bundle.RefreshAt }, until);
            return;
        }
        Drop(key);
        var kept = new Kept(bundle, until);
        if (kept.End > bundle.FetchedAt)
            _bundles[key] = kept;
        else
            bundle.Erase();
    }

    /// <summary>A copy of what was fetched a moment ago, after <paramref name="newerThan"/>; for a renewal it may be some minutes ago. The caller owns it.</summary>
    public SecretBundle? ForReuse(string key, DateTimeOffset? newerThan, DateTimeOffset now, bool isRenewal)
        => _bundles.TryGetValue(key, out var kept) && (now < kept.Until.Reuse || (isRenewal && now < kept.Until.Renewal)) && now < kept.End && !(kept.Bundle.FetchedAt <= newerThan)
            ? kept.Bundle.Copy() : null;

    /// <summary>A copy of what may be served while the provider is not to be had; the caller owns it.</summary>
    public SecretBundle? ForOutage(string key, DateTimeOffset now)
        => _bundles.TryGetValue(key, out var kept) && now < kept.Until.Outage && now < kept.End ? kept.Bundle.Copy() : null;

    public void Drop(string key)
    {
        if (_bundles.Remove(key, out var kept))
            kept.Bundle.Erase();
    }

    public void EraseEnded(DateTimeOffset now)
    {
        foreach (var key in _bundles.Where(pair => pair.Value.End <= now).Select(pair => pair.Key).ToArray())
            Drop(key);
    }

    public void Erase() => EraseEnded(DateTimeOffset.MaxValue);

    private sealed record Kept(SecretBundle Bundle, KeptFor Until)
    {
        /// <summary>When the copy is of no use to anybody.</summary>
        public DateTimeOffset End { get; } = Bundle.ExpiresAt < Until.Last ? Bundle.ExpiresAt.Value : Until.Last;
    }
}

/// <summary>Until when a copy is kept, and for whom.</summary>
/// <param name="Reuse">For whoever asks.</param>
/// <param name="Renewal">For volumes whose content is due for renewal (<see cref="FetchRequest.IsRenewal"/>).</param>
/// <param name="Outage">For new pods while the provider is not to be had.</param>
internal readonly record struct KeptFor(DateTimeOffset Reuse, DateTimeOffset Renewal, DateTimeOffset Outage)
{
    /// <summary>The last of them.</summary>
    public DateTimeOffset Last => new[] { Reuse, Renewal, Outage }.Max();
}
