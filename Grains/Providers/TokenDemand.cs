using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers;

/// <summary>Which of the pod's tokens a provider needs.</summary>
public sealed class TokenDemand
{
    private TokenDemand(bool takesAll, bool required, ImmutableArray<string> audiences)
        => (TakesAll, IsRequired, Audiences) = (takesAll, required, audiences);

    private const char Any = '*';

    /// <summary>None: the provider acts on its own authority.</summary>
    public static TokenDemand None { get; } = new(false, false, []);

    /// <summary>Whatever kubelet sent, be it nothing: what the plugin protocol hands to plugins.</summary>
    public static TokenDemand Whatever { get; } = new(true, false, []);

    /// <summary>All that kubelet sent, and at least one.</summary>
    public static TokenDemand All { get; } = new(true, true, []);

    /// <summary>The tokens for exactly these audiences; the empty audience is the API server's own.</summary>
    public static TokenDemand For(params ImmutableArray<string> audiences) => new(false, true, Sorted(audiences));

    /// <summary>
    /// Those for these audiences that kubelet sent, and at least one: for a server that goes by several names. An audience that begins with <c>*</c> stands
    /// for all that end like it.
    /// </summary>
    public static TokenDemand OneOf(params ImmutableArray<string> audiences) => new(false, true, Sorted(audiences)) { OneSuffices = true };

    /// <summary>Those for these audiences that kubelet sent, be it none: for a provider that must not see the others.</summary>
    public static TokenDemand Among(params ImmutableArray<string> audiences) => new(false, false, Sorted(audiences));

    /// <summary>
    /// What several sources need together. Nobody is shown these tokens: each source is given its own out of them, checked when it is asked, so that a token that one
    /// source needs and that has expired does not keep another from being asked.
    /// </summary>
    public static TokenDemand OfEach(IEnumerable<TokenDemand> demands)
    {
        ImmutableArray<TokenDemand> each = [.. demands.Where(demand => demand != None)];
        return each.IsEmpty ? None
            : new TokenDemand(each.Any(one => one.TakesAll), each.Any(one => one.IsRequired), Sorted([.. each.SelectMany(one => one.Audiences)])) { Each = each };
    }

    /// <summary>Whether the provider gets the token of every audience.</summary>
    public bool TakesAll { get; }

    /// <summary>Whether a fetch without a token cannot succeed.</summary>
    public bool IsRequired { get; }

    /// <summary>Whether one of <see cref="Audiences"/> is enough.</summary>
    public bool OneSuffices { get; private init; }

    /// <summary>The audiences wanted, where not all are; sorted, each once.</summary>
    public ImmutableArray<string> Audiences { get; }

    /// <summary>The demands of which this is made (<see cref="OfEach"/>); empty when it is one provider's.</summary>
    public ImmutableArray<TokenDemand> Each { get; private init; } = [];

    /// <summary>Whether the provider gets the token for <paramref name="audience"/>, if there is one.</summary>
    public bool Takes(string audience) => TakesAll || Audiences.Any(wanted => Matches(wanted, audience));

    /// <summary>Which of <see cref="Audiences"/> are missed among those that are <paramref name="there"/>; none where one suffices and is there.</summary>
    public ImmutableArray<string> Missing(IReadOnlyCollection<string> there)
        => !IsRequired || (OneSuffices && there.Any(Takes)) ? [] : [.. Audiences.Where(wanted => !there.Any(audience => Matches(wanted, audience)))];

    private static bool Matches(string wanted, string audience)
        => wanted.StartsWith(Any) ? audience.EndsWith(wanted[1..], StringComparison.Ordinal) : wanted == audience;

    private static ImmutableArray<string> Sorted(ImmutableArray<string> audiences)
        => [.. audiences.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
