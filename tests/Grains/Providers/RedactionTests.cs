using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Providers;

/// <summary>What went out as a secret does not come back as a message.</summary>
public sealed class RedactionTests
{
    private const string Token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOlsidmF1bHQiXX0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

    private static string Of(string text, params string[] secrets) => Redaction.Of(text, secrets.Select(Secret.FromText), 1000);

    [Theory]
    [InlineData("permission denied", "permission denied")]
    [InlineData($"token {Token} is expired", "token [redacted] is expired")]
    [InlineData($"{Token}{Token}", "[redacted]")]
    [InlineData($"{Token} and {Token}", "[redacted] and [redacted]")]
    [InlineData("token eyJhbGciOiJSUzI1NiJ9.eyJ... is expired", "token [redacted]... is expired")]
    [InlineData("signature c2lnbmF0dXJlLW9m", "signature [redacted]")]
    [InlineData("login failed for pa\"ss", "login failed for [redacted]")]
    [InlineData("body {\"password\":\"pa\\\"ss\"}", "body {\"password\":\"[redacted]\"}")]
    [InlineData("no", "no")]
    [InlineData("", "")]
    public void Of_TextWithSecrets_KeepsTheRest(string text, string expected) => Assert.Equal(expected, Of(text, Token, "pa\"ss", "no", ""));

    [Fact]
    public void Of_LinesOfAKeyQuotedWithEscapes_AreStruckOut()
    {
        var key = "-----BEGIN KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\nCCqGSM49AwEHBG0wawIBAQQg\n-----END KEY-----\n";

        var redacted = Of($"cannot parse \"{key.Replace("\n", "\\n", StringComparison.Ordinal)}\" or MIGHAgEAMBMGByqGSM49AgEG", key);

        Assert.DoesNotContain("MIGH", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("CCqG", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LongTextOfSeveralLines_IsOneShortLine()
    {
        var redacted = Of("first\r\nsecond " + new string('x', 100_000));

        Assert.StartsWith("first  second x", redacted, StringComparison.Ordinal);
        Assert.Equal(1001, redacted.Length);
    }
}
