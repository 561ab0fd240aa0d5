namespace ActorCsi.Grains.Tokens;

/// <summary>How audiences are spoken of in messages to users.</summary>
internal static class TokenWords
{
    /// <summary>The audience as text of bounded length.</summary>
    public static string Clip(string audience) => Words.Clip(audience);

    /// <summary>The audiences of <paramref name="tokens"/>, for "what was there".</summary>
    public static string Audiences(PodTokens tokens)
        => tokens.All.IsEmpty ? "no token" : "tokens for " + Words.Quoted(tokens.All.Select(token => token.Audience));
}
