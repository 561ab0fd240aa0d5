using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Token;
using ActorCsi.Grains.Tmpfs;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Providers;

/// <summary>The pod's tokens become files: the ones asked for, where and how they were asked for.</summary>
public sealed class TokenProviderTests
{
    private static readonly DateTimeOffset Soon = new(2026, 11, 21, 5, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = new(2026, 11, 21, 6, 0, 0, 250, TimeSpan.Zero);

    private readonly TokenProvider _provider = new();

    private Task<SecretBundle> Fetch(string objects, params ActorCsi.Grains.Tokens.PodToken[] tokens)
        => _provider.Fetch(Requests.For(Requests.Class("token", ("objects", objects)), tokens), CancellationToken.None);

    private TokenDemand Demand(string objects) => _provider.Demand(Requests.Class("token", ("objects", objects)));

    [Fact]
    public void Demand_WithObjects_IsTheirAudiencesEachOnce()
    {
        var demand = Demand("[{audience: vault, path: a}, {audience: '', path: b}, {audience: vault, path: c}]");

        Assert.Equal(["", "vault"], demand.Audiences.ToArray());
        Assert.True(demand.IsRequired);
        Assert.False(demand.TakesAll);
    }

    [Fact]
    public void Demand_WithoutObjects_IsAllThereAre() => Assert.Same(TokenDemand.All, _provider.Demand(Requests.Class("token")));

    [Fact]
    public async Task Fetch_WithObjects_GivesThoseFiles()
    {
        var bundle = await Fetch("""
            - {audience: vault, path: vault/token, mode: 0o400}
            - audience: https://sts.example.com
              path: sts
            """, Requests.Token("https://sts.example.com", "sts.jwt", Later), Requests.Token("vault", "vault.jwt", Soon));

        Assert.Equal([("vault/token", Convert.ToInt32("400", 8), "vault.jwt"), ("sts", Convert.ToInt32("644", 8), "sts.jwt")],
            bundle.Files.Select(file => (file.Path, file.Mode, file.Content.ExposeText())));
        Assert.Equal(Soon, bundle.ExpiresAt);
        Assert.True(bundle.FollowsTokens);
        Assert.True(bundle.NeedsNoPolling);
        Assert.Null(bundle.RefreshAt);
    }

    [Fact]
    public async Task Fetch_WithoutObjects_GivesOneFileForEachAudience()
    {
        var bundle = await _provider.Fetch(Requests.For(Requests.Class("token"),
            Requests.Token("", "api.jwt", Soon), Requests.Token("https://vault.example.com/v1", "url.jwt", Later), Requests.Token("vault", "vault.jwt", Later)), CancellationToken.None);

        Assert.Equal([("api-server", "api.jwt"), ("https%3A%2F%2Fvault.example.com%2Fv1", "url.jwt"), ("vault", "vault.jwt")],
            bundle.Files.Select(file => (file.Path, file.Content.ExposeText())));
    }

    [Fact]
    public async Task Fetch_Versions_SayWhenTheTokenExpiresAndNothingOfIt()
    {
        var bundle = await Fetch("[{audience: vault, path: a/b}]", Requests.Token("vault", "vault.jwt", Later));

        Assert.Equal([new ObjectVersion("a/b", "2026-11-21T06:00:00Z")], bundle.Objects.ToArray());
    }

    [Fact]
    public async Task Fetch_BundleErased_LeavesThePodsTokenAsItIs()
    {
        var token = Requests.Token("vault", "vault.jwt", Soon);
        (await Fetch("[{audience: vault}]", token)).Erase();

        Assert.Equal("vault.jwt", token.Token.ExposeText());
    }

    [Fact]
    public async Task Fetch_NoTokenForAnAudience_SaysWhich()
    {
        var fault = await Assert.ThrowsAsync<VolumeException>(() => Fetch("[{audience: vault}]", Requests.Token("aws", "aws.jwt", Soon)));

        Assert.Equal(VolumeError.TokenMissing, fault.Error);
        Assert.Contains("'vault'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0600", "600")]
    [InlineData("0o600", "600")]
    [InlineData("384", "600")]
    [InlineData("420", "644")]
    [InlineData("\"0600\"", "600")]
    [InlineData("'600'", "600")]
    [InlineData("\"0o600\"", "600")]
    [InlineData("0", "0")]
    [InlineData("0000", "0")]
    [InlineData("511", "777")]
    [InlineData("0777", "777")]
    public async Task Fetch_ModeInAnySpelling_IsRead(string mode, string octal)
        => Assert.Equal(Convert.ToInt32(octal, 8), (await Fetch($"[{{audience: v, mode: {mode}}}]", Requests.Token("v", "t", Soon))).Files[0].Mode);

    public static TheoryData<string, string> Spoiled => new()
    {
        { "", "parameters.objects is not a YAML list of 1 to 256 entries" },
        { "[]", "parameters.objects is not a YAML list" },
        { "vault", "parameters.objects is not a YAML list" },
        { "audience: vault", "parameters.objects is not a YAML list" },
        { "[{audience: v}]\n---\n[{audience: w}]", "parameters.objects is not a YAML list" },
        { "- audience: v\n- audience: [", "parameters.objects cannot be read as YAML, line " },
        { "[vault]", "parameters.objects[0] is a text, expected {audience, path, mode}" },
        { "[{audience: v}, {path: a}]", "parameters.objects[1].audience is missing; the API server's own audience is written as \"\"" },
        { "[{audience: 5, path: a}]", "parameters.objects[0].audience is a number (5), expected a text: put it in quotes" },
        { "[{audience: , path: a}]", "parameters.objects[0].audience is nothing, expected a text" },
        { "[{audience: [v], path: a}]", "parameters.objects[0].audience is a list, expected a text" },
        { "[{audience: v, pth: a}]", "parameters.objects[0].pth is unknown, expected audience, path and mode" },
        { "[{audience: v, Path: a}]", "parameters.objects[0].Path is unknown" },
        { "[{audience: v, path: 1}]", "parameters.objects[0].path is a number (1)" },
        { "[{audience: v, path: ''}]", "parameters.objects[0].path is empty" },
        { "[{audience: v, path: /a}]", "parameters.objects[0].path is absolute" },
        { "[{audience: v, path: ../a}]", "parameters.objects[0].path has a part that is '..'" },
        { "[{audience: v, path: ..data}]", "parameters.objects[0].path begins with '..'" },
        { "[{audience: v, path: a/../b}]", "parameters.objects[0].path has a part that is '..'" },
        { "[{audience: v, path: a//b}]", "parameters.objects[0].path is not clean" },
        { "[{audience: v, path: \"a\\0\"}]", "parameters.objects[0].path holds a NUL" },
        { "[{audience: v, path: a}, {audience: w, path: a}]", "parameters.objects[1].path is 'a' as objects[0].path is" },
        { "[{audience: v}, {audience: v}]", "parameters.objects[1].path is 'v' as objects[0].path is" },
        { "[{audience: v, mode: 512}]", "parameters.objects[0].mode is a number (512), expected permission bits from 0000 to 0777, such as 0600 or \"0600\"" },
        { "[{audience: v, mode: 01000}]", "parameters.objects[0].mode is a number (01000)" },
        { "[{audience: v, mode: 0899}]", "parameters.objects[0].mode is a number (0899)" },
        { "[{audience: v, mode: -1}]", "parameters.objects[0].mode is a number (-1)" },
        { "[{audience: v, mode: 0x1ff}]", "parameters.objects[0].mode is a number (0x1ff)" },
        { "[{audience: v, mode: 6.0}]", "parameters.objects[0].mode is a number (6.0)" },
        { "[{audience: v, mode: \"rw-r--r--\"}]", "parameters.objects[0].mode is a text (rw-r--r--)" },
        { "[{audience: v, mode: }]", "parameters.objects[0].mode is nothing" },
        { "[{audience: v, mode: [6]}]", "parameters.objects[0].mode is a list" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Demand_OneThingSpoiled_NamesTheFieldAndWhatWasExpected(string objects, string expected)
    {
        var fault = Assert.Throws<VolumeException>(() => Demand(objects));

        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.StartsWith("SecretProviderClass shop/class: parameters.", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Demand_SeveralFaults_TellsThemAll()
    {
        var fault = Assert.Throws<VolumeException>(() => _provider.Demand(Requests.Class("token", ("objects", "[{audience: v, mode: 999}, {audience: 1}]"), ("object", "x"))));

        Assert.Contains("parameters.object is unknown, expected objects", fault.Message, StringComparison.Ordinal);
        Assert.Contains("objects[0].mode", fault.Message, StringComparison.Ordinal);
        Assert.Contains("objects[1].audience", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Demand_ThousandsOfFaults_KeepsTheMessageShort()
        => Assert.InRange(Assert.Throws<VolumeException>(() => Demand(string.Concat(Enumerable.Repeat("- {}\n", 250)))).Message.Length, 100, 2000);

    [Fact]
    public void Demand_AnyText_IsReadOrRefused()
    {
        string[] bits = ["- ", "audience", "path", "mode", ": ", ", ", "{", "}", "[", "]", "\n", "  ", "\"", "'", "0600", "vault", "../", "\t", "&a ", "*a", "|", "!!str ", "\u0000"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            Gen.Elements(bits).ListOf().Select(string.Concat).ToArbitrary(), text =>
            {
                try
                {
                    return Demand(text).Audiences.Length > 0;
                }
                catch (VolumeException fault)
                {
                    return fault.Error is VolumeError.Invalid;
                }
            }));
    }

    [Theory]
    [InlineData("", "api-server")]
    [InlineData("api-server", "%61pi-server")]
    [InlineData("vault", "vault")]
    [InlineData("api://AzureADTokenExchange", "api%3A%2F%2FAzureADTokenExchange")]
    [InlineData("..data", "%2E.data")]
    [InlineData(".", "%2E")]
    [InlineData("..", "%2E.")]
    [InlineData("a b\nc", "a%20b%0Ac")]
    [InlineData("é", "%C3%A9")]
    public void FileName_OfAnAudience_IsStable(string audience, string name) => Assert.Equal(name, TokenFileNames.Of(audience));

    [Fact]
    public void FileName_OfAnyAudience_IsAPathThatVolumesTakeAndItsOwn()
    {
        var longOnes = new string('a', 300);
        string[] parts = ["", ".", "..", "/", "%", "%61", "%2E", "api-server", "-", "a", "A", "é", "\u0000", " ", longOnes, longOnes + "b"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            Gen.Elements(parts).ListOf().Select(string.Concat).Two().ToArbitrary(), pair =>
                FilePath.BrokenRule(TokenFileNames.Of(pair.Item1)) is null
                && (pair.Item1 == pair.Item2) == (TokenFileNames.Of(pair.Item1) == TokenFileNames.Of(pair.Item2))));
    }
}
