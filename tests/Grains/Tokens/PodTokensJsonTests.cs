using ActorCsi.Grains.Tokens;

namespace ActorCsi.Tests.Tokens;

public sealed class PodTokensJsonTests
{
    private const string Canary = "eyJhbGciOi-canary";

    private static PodTokens Read(string json) => PodTokensJson.Read(Secret.FromText(json));

    [Fact]
    public void Read_SeveralAudiences_SortsThemAndKeepsTheEmptyOne()
    {
        var tokens = Read("""
            {"vault":{"token":"v","expirationTimestamp":"2026-11-21T05:20:46Z"},
             "":{"token":"a","expirationTimestamp":"2026-11-21T05:20:46.5+01:00"},
             "https://sts.example.com":{"expirationTimestamp":"2026-11-21T04:30:46Z","token":"s"}}
            """);

        Assert.Equal(["", "https://sts.example.com", "vault"], tokens.All.Select(token => token.Audience));
        Assert.Equal("v", tokens["vault"]!.Token.ExposeText());
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 4, 20, 46, 500, TimeSpan.Zero), tokens[""]!.ExpiresAt);
        Assert.Null(tokens["aws"]);
    }

    [Fact]
    public void Read_EmptyObject_HasNoTokens() => Assert.Empty(Read("{}").All);

    [Fact]
    public void Read_PropertiesOfLaterKubelets_ArePassedOver()
        => Assert.Single(Read("""{"vault":{"token":"v","issuer":{"url":["x"]},"expirationTimestamp":"2026-11-21T05:20:46Z"}}""").All);

    [Fact]
    public void Read_EscapedToken_IsUnescaped()
        => Assert.Equal("a.b", Read("""{"vault":{"token":"a\u002eb","expirationTimestamp":"2026-11-21T05:20:46Z"}}""")["vault"]!.Token.ExposeText());

    [Theory]
    [InlineData(Canary, "not valid JSON at byte 0")]
    [InlineData("", "not valid JSON")]
    [InlineData("{\"vault\":{\"token\":\"" + Canary, "not valid JSON")]
    [InlineData("\"" + Canary + "\"", "is a string, expected an object with one entry for each audience")]
    [InlineData("[]", "is an array, expected an object")]
    [InlineData("null", "is null, expected an object")]
    [InlineData("{\"vault\":\"" + Canary + "\"}", "has a string under audience 'vault', expected an object {token, expirationTimestamp}")]
    [InlineData("{\"vault\":{}}", "has no token under audience 'vault'")]
    [InlineData("{\"vault\":{\"token\":\"" + Canary + "\"}}", "has no expirationTimestamp under audience 'vault'")]
    [InlineData("{\"vault\":{\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"}}", "has no token under audience 'vault'")]
    [InlineData("{\"vault\":{\"token\":\"\",\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"}}", "has an empty token under audience 'vault'")]
    [InlineData("{\"vault\":{\"token\":[\"" + Canary + "\"]}}", "has an array as the token of audience 'vault', expected a string")]
    [InlineData("{\"vault\":{\"token\":\"" + Canary + "\",\"expirationTimestamp\":1795238446}}", "has a number as the expirationTimestamp of audience 'vault'")]
    [InlineData("{\"vault\":{\"token\":\"" + Canary + "\",\"expirationTimestamp\":\"tomorrow\"}}", "that is no RFC 3339 time")]
    [InlineData("{\"vault\":{\"token\":\"" + Canary + "\",\"expirationTimestamp\":\"2026-11-21 05:20:46\"}}", "that is no RFC 3339 time")]
    [InlineData("{\"vault\":{\"token\":\"" + Canary + "\",\"token\":\"x\",\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"}}", "has two properties token under audience 'vault'")]
    [InlineData("{\"v\":{\"token\":\"" + Canary + "\",\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"},\"v\":{\"token\":\"x\",\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"}}", "names audience 'v' twice")]
    [InlineData("{} {\"" + Canary + "\":1}", "not valid JSON")]
    public void Read_Malformed_SaysWhatWasThereAndNeverTheValue(string json, string expected)
    {
        var fault = Assert.Throws<VolumeException>(() => Read(json));

        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, fault.ToString(), StringComparison.Ordinal);
    }
}
