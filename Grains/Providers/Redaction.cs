using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorCsi.Grains.Providers;

/// <summary>
/// Strikes out of a text from outside whatever it holds of the secrets that went there: a server may quote in its error what it was sent,
/// whole, cut off or escaped.
/// </summary>
public static class Redaction
{
    /// <summary>
    /// A run of so many characters out of a secret is struck out wherever it stands. Short enough for a token cut off, long enough that
    /// no word of a sentence is taken for one.
    /// </summary>
    private const int Window = 12;

    /// <summary>Shorter secrets stay: where "no" stands says nothing, and striking it out would say everything.</summary>
    private const int Shortest = 3;

    private const int LongestText = 16 * 1024;

    /// <summary><paramref name="text"/> on one line, at most <paramref name="longest"/> characters, without the secrets.</summary>
    public static string Of(string text, IEnumerable<Secret> secrets, int longest)
    {
        text = text.Length <= LongestText ? text : text[..LongestText];
        var isSecret = new bool[text.Length];
        foreach (var secret in secrets)
            foreach (var spelling in Spellings(secret.ExposeText()))
                Mark(text, spelling, isSecret);
        return Words.Clip(Strike(text, isSecret), longest);
    }

    /// <summary>As it is, and as it stands in JSON and in Go's %q.</summary>
    private static IEnumerable<string> Spellings(string secret)
    {
        if (secret.Length < Shortest)
            yield break;
        yield return secret;
        var escaped = JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        if (escaped != secret)
            yield return escaped;
    }

    private static void Mark(string text, string secret, bool[] isSecret)
    {
        var length = Math.Min(Window, secret.Length);
        var windows = new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i + length <= secret.Length; i++)
            windows.Add(secret.AsSpan(i, length));
        for (var i = 0; i + length <= text.Length; i++)
            if (windows.Contains(text.AsSpan(i, length)))
                isSecret.AsSpan(i, length).Fill(true);
    }

    private static string Strike(string text, bool[] isSecret)
    {
        if (!isSecret.Contains(true))
            return text;
        var kept = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (!isSecret[i])
                kept.Append(text[i]);
            else if (i == 0 || !isSecret[i - 1])
                kept.Append(Secret.Redacted);
        }
        return kept.ToString();
    }
}
