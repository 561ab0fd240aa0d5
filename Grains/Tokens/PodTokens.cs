using System.Collections.Immutable;

namespace ActorCsi.Grains.Tokens;

/// <summary>The pod's service-account tokens, one per audience, sorted by audience. The audience "" is the API server's own.</summary>
/// <param name="All">The tokens.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.PodTokens")]
public sealed record PodTokens([property: Id(0)] ImmutableArray<PodToken> All)
{
    /// <summary>No tokens.</summary>
    public static PodTokens None { get; } = new([]);

    /// <summary>The token for <paramref name="audience"/>, or null.</summary>
    public PodToken? this[string audience]
    {
        get
        {
            foreach (var token in All)
                if (token.Audience == audience)
                    return token;
            return null;
        }
    }
}

/// <summary>One service-account token of the pod. Prints without the token.</summary>
/// <param name="Audience">Whom the token is for; "" is the API server.</param>
/// <param name="Token">The JWT.</param>
/// <param name="ExpiresAt">expirationTimestamp, as kubelet sent it.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.PodToken")]
public sealed record PodToken([property: Id(0)] string Audience, [property: Id(1)] Secret Token, [property: Id(2)] DateTimeOffset ExpiresAt);
