namespace ActorCsi.Grains.Tokens;

/// <summary>How audiences are spoken of in messages to users.</summary>
internal static class TokenWords
{
    private const int LongestAudience = 128;

    /// <summary>The audience as text of bounded length.</summary>
    public static string Clip(string audience) => audience.Length <= LongestAudience ? audience : audience[..LongestAudience] + "…";

    /// <summary>The audiences of <paramref name="tokens"/>, for "what was there".</summary>
    public static string Audiences(PodTokens tokens)
        => tokens.All.IsEmpty ? "no token" : "tokens for " + string.Join(", ", tokens.All.Select(token => $"'{Clip(token.Audience)}'"));
}
