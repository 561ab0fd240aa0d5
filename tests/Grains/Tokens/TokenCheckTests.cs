using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Tests.Tokens;

public sealed class TokenCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 4, 30, 0, TimeSpan.Zero);
    private static readonly PodIdentity Pod = new("default", "web", "pod-uid", "web-sa");

    private static Dictionary<string, object> Claims(string audience) => new()
    {
        ["aud"] = new[] { audience },
        ["exp"] = Now.AddMinutes(10).ToUnixTimeSeconds(),
        ["nbf"] = Now.AddMinutes(-1).ToUnixTimeSeconds(),
        ["kubernetes.io"] = new { @namespace = "default", pod = new { name = "web", uid = "pod-uid" }, serviceaccount = new { name = "web-sa", uid = "sa-uid" } },
    };

    private static PodToken Token(string audience, Action<Dictionary<string, object>>? spoil = null, DateTimeOffset? expiresAt = null)
    {
        var claims = Claims(audience);
        spoil?.Invoke(claims);
        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return new PodToken(audience, Secret.FromText($"e30.{payload}.signature"), expiresAt ?? Now.AddMinutes(10));
    }

    private static PodTokens Choose(TokenDemand demand, params PodToken[] sent) => TokenCheck.Choose(new PodTokens([.. sent]), demand, Pod, Now);

    [Fact]
    public void Choose_OneAudienceOfThree_GivesThatTokenAlone()
        => Assert.Equal(["vault"], Choose(TokenDemand.For("vault"), Token(""), Token("aws"), Token("vault")).All.Select(token => token.Audience));

    [Fact]
    public void Choose_Whatever_MayBeNothing() => Assert.Empty(Choose(TokenDemand.Whatever).All);

    [Fact]
    public void Choose_None_GivesNothing() => Assert.Empty(Choose(TokenDemand.None, Token("vault")).All);

    [Fact]
    public void Choose_AmongAudiences_GivesThoseThatAreThereAndNoOthers()
        => Assert.Equal(["vault"], Choose(TokenDemand.Among("vault", "absent"), Token(""), Token("aws"), Token("vault")).All.Select(token => token.Audience));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("b", "b")]
    [InlineData("a,b", "a,b")]
    [InlineData("shop.svc.id.goog", "shop.svc.id.goog")]
    [InlineData("shop.svc.id.goog,svc.id.goog", "shop.svc.id.goog")]
    public void Choose_OneOf_GivesThoseThatAreThereAndNoOthers(string sent, string chosen)
        => Assert.Equal(chosen.Split(','), Choose(TokenDemand.OneOf("a", "b", "*.svc.id.goog"), [Token(""), Token("z"), .. sent.Split(',').Select(audience => Token(audience))]).All.Select(token => token.Audience));

    [Fact]
    public void Choose_OneOfAndNoneIsThere_NamesThemAll()
    {
        var fault = Assert.Throws<VolumeException>(() => Choose(TokenDemand.OneOf("a", "*.goog"), Token("aws")));

        Assert.Equal(VolumeError.TokenMissing, fault.Error);
        Assert.Contains("Add {audience: \"*.goog\"} or {audience: \"a\"}, with the right name in place of *, to spec.tokenRequests", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_AudienceOfTheApiServer_IsNotHeldAgainstItsRealNames()
        => Assert.Single(Choose(TokenDemand.For(""), Token("", claims => claims["aud"] = new[] { "https://kubernetes.default.svc" })).All);

    [Fact]
    public void Choose_AudienceAsOneString_IsAccepted()
        => Assert.Single(Choose(TokenDemand.For("vault"), Token("vault", claims => claims["aud"] = "vault")).All);

    [Fact]
    public void Choose_ClockOfTheApiServerAhead_IsAccepted()
        => Assert.Single(Choose(TokenDemand.For("vault"), Token("vault", claims => claims["nbf"] = Now.AddMinutes(4).ToUnixTimeSeconds())).All);

    [Fact]
    public void Choose_AudienceAbsent_NamesWhatIsThereAndWhatIsWanted()
    {
        var fault = Assert.Throws<VolumeException>(() => Choose(TokenDemand.For("vault"), Token("aws"), Token("")));

        Assert.Equal(VolumeError.TokenMissing, fault.Error);
        Assert.Contains("no token for audience 'vault'; the request has tokens for 'aws', ''", fault.Message, StringComparison.Ordinal);
        Assert.Contains("{audience: \"vault\"} to spec.tokenRequests", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NoTokenAtAll_SaysSo()
        => Assert.Equal(VolumeError.TokenMissing, Assert.Throws<VolumeException>(() => Choose(TokenDemand.All)).Error);

    public static TheoryData<string, string, object?> Spoiled => new()
    {
        { "aud", "is for audience 'other'", new[] { "other" } },
        { "aud", "is for no audience", null },
        { "exp", "expired at 2026-11-21 04:29:59Z", Now.AddSeconds(-1).ToUnixTimeSeconds() },
        { "exp", "expired at 2026-11-21 04:30:00Z", Now.ToUnixTimeSeconds() },
        { "nbf", "is not valid before 2026-11-21 04:36:00Z", Now.AddMinutes(6).ToUnixTimeSeconds() },
        { "kubernetes.io", "is not bound to a pod", null },
        { "kubernetes.io", "is of pod uid 'other', expected this pod's pod uid 'pod-uid'", new { @namespace = "default", pod = new { uid = "other" }, serviceaccount = new { name = "web-sa" } } },
        { "kubernetes.io", "is of namespace 'kube-system'", new { @namespace = "kube-system", pod = new { uid = "pod-uid" }, serviceaccount = new { name = "web-sa" } } },
        { "kubernetes.io", "is of service account 'admin'", new { @namespace = "default", pod = new { uid = "pod-uid" }, serviceaccount = new { name = "admin" } } },
        { "kubernetes.io", "is of service account ''", new { @namespace = "default", pod = new { uid = "pod-uid" } } },
        { "exp", "no JSON Web Token with readable claims", "soon" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Choose_OneClaimSpoiled_RefusesAndSaysWhichAndNeverTheToken(string claim, string expected, object? value)
    {
        var token = Token("vault", claims =>
        {
            claims.Remove(claim);
            if (value is not null)
                claims[claim] = value;
        });

        var fault = Assert.Throws<VolumeException>(() => Choose(TokenDemand.For("vault"), token));

        Assert.Equal(VolumeError.TokenRefused, fault.Error);
        Assert.Contains("the token for audience 'vault'", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Token.ExposeText(), fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_ExpirationTimestampPassed_RefusesWhateverTheClaimsSay()
        => Assert.Contains("expired", Assert.Throws<VolumeException>(() => Choose(TokenDemand.For("vault"), Token("vault", expiresAt: Now))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("no dots at all")]
    [InlineData("one.dot")]
    [InlineData("a.!!!.c")]
    [InlineData("a..c")]
    public void Choose_NoJwt_IsRefused(string text)
    {
        var fault = Assert.Throws<VolumeException>(() => Choose(TokenDemand.Whatever, new PodToken("vault", Secret.FromText(text), Now.AddHours(1))));

        Assert.Equal(VolumeError.TokenRefused, fault.Error);
        Assert.DoesNotContain(text, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PodToken_Printed_ShowsNoToken()
    {
        var token = Token("vault");
        Assert.DoesNotContain(Encoding.UTF8.GetString(token.Token.Expose()), token.ToString(), StringComparison.Ordinal);
        Assert.Contains(Secret.Redacted, token.ToString(), StringComparison.Ordinal);
    }
}
