using System.Collections.Immutable;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Tokens;

/// <summary>
/// Chooses the tokens that a provider demanded and makes sure that each is for its audience, valid now, and this pod's own.
/// A provider sees no token that did not pass here.
/// </summary>
internal static class TokenCheck
{
    /// <summary>How far in the future a token may start: the clocks of node and API server differ.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <exception cref="VolumeException">
    /// <see cref="VolumeError.TokenMissing"/>: an audience has no token. <see cref="VolumeError.TokenRefused"/>: a token is expired, not
    /// yet valid, for another audience or another pod.
    /// </exception>
    public static PodTokens Choose(PodTokens sent, TokenDemand demand, PodIdentity pod, DateTimeOffset now)
    {
        if (!demand.Each.IsEmpty) // for nobody yet: what each source needs is chosen and checked when that source is asked
            return new PodTokens([.. sent.All.Where(token => demand.Takes(token.Audience))]);
        if (demand.IsRequired && sent.All.IsEmpty)
            throw Missing("the request has no service-account token", demand.Audiences.IsEmpty ? (ImmutableArray<string>)["vault"] : demand.Audiences, demand.OneSuffices);

        if (demand.Missing([.. sent.All.Select(token => token.Audience)]) is { IsEmpty: false } absent)
            throw Missing($"no token for {Quoted(absent)}; the request has {TokenWords.Audiences(sent)}", absent, demand.OneSuffices);

        var chosen = demand.TakesAll ? sent : new PodTokens([.. sent.All.Where(token => demand.Takes(token.Audience))]);
        foreach (var token in chosen.All)
            Check(token, pod, now);
        return chosen;
    }

    private static void Check(PodToken token, PodIdentity pod, DateTimeOffset now)
    {
        var claims = JwtClaims.Read(token.Token) ?? throw Refused(token, "is no JSON Web Token with readable claims");

        // The audience "" stands for the API server's own audiences, whatever they are called in this cluster.
        if (token.Audience.Length > 0 && !claims.Audiences.Contains(token.Audience))
            throw Refused(token, $"is for {Quoted(claims.Audiences)}");

        var expires = claims.Expires is { } exp && Time(exp) < token.ExpiresAt ? Time(exp) : token.ExpiresAt;
        if (expires <= now)
            throw Refused(token, $"expired at {expires:u}; kubelet brings a new one with its next publish");
        if (claims.NotBefore is { } nbf && Time(nbf) > now + ClockSkew)
            throw Refused(token, $"is not valid before {Time(nbf):u}, and it is {now:u} here: check the clocks of this node and of the API server");

        var kubernetes = claims.Kubernetes ?? throw Refused(token, "has no kubernetes.io claims, so it is not bound to a pod");
        Same(token, "pod uid", kubernetes.Pod?.Uid, pod.Uid);
        Same(token, "namespace", kubernetes.Namespace, pod.Namespace);
        Same(token, "service account", kubernetes.ServiceAccount?.Name, pod.ServiceAccount);
    }

    private static void Same(PodToken token, string what, string? claimed, string wanted)
    {
        if (claimed != wanted)
            throw Refused(token, $"is of {what} '{claimed}', expected this pod's {what} '{wanted}'");
    }

    /// <summary>NumericDate to time; whatever lies outside the calendar is as good as its edge.</summary>
    private static DateTimeOffset Time(double seconds)
        => seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.MaxValue
            : seconds <= 0 || double.IsNaN(seconds) ? DateTimeOffset.UnixEpoch
            : DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    private static string Quoted(IEnumerable<string> audiences)
    {
        var names = string.Join(", ", audiences.Select(audience => $"'{TokenWords.Clip(audience)}'"));
        return names.Length == 0 ? "no audience" : $"audience {names}";
    }

    private static VolumeException Missing(string what, IReadOnlyCollection<string> wanted, bool oneSuffices)
    {
        var entries = string.Join(oneSuffices ? " or " : ", ", wanted.Select(audience => $"{{audience: \"{TokenWords.Clip(audience)}\"}}"));
        var hint = wanted.Any(audience => audience.StartsWith('*')) ? ", with the right name in place of *," : "";
        return new VolumeException(VolumeError.TokenMissing, $"{what}. Add {entries}{hint} to spec.tokenRequests of the CSIDriver object.");
    }

    private static VolumeException Refused(PodToken token, string why)
        => new(VolumeError.TokenRefused, $"the token for audience '{TokenWords.Clip(token.Audience)}' {why}");
}
