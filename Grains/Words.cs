namespace ActorCsi.Grains;

/// <summary>How texts from outside are quoted in messages and logs.</summary>
internal static class Words
{
    private const int Longest = 128;

    /// <summary>The text on one line and of bounded length: what comes from outside must neither flood a log nor forge its lines.</summary>
    public static string Clip(string text, int longest = Longest)
    {
        var kept = text.Length <= longest ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest), "…");
        return kept.Any(char.IsControl) ? string.Concat(kept.Select(letter => char.IsControl(letter) ? ' ' : letter)) : kept;
    }

    /// <summary>The texts in quotes, joined by commas.</summary>
    public static string Quoted(IEnumerable<string> texts) => string.Join(", ", texts.Select(text => $"'{Clip(text)}'"));
}
