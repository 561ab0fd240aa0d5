using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Tests.Refresh;

/// <summary>Content that looks wrong does not take the place of what works.</summary>
public sealed class ContentCheckTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Theory]
    [InlineData("password", "", "'file' is empty, and was not")]
    [InlineData("password", " \n", "'file' is empty, and was not")]
    [InlineData("{\"a\":1}", "{\"a\":1", "'file' does not parse as JSON")]
    [InlineData("[1]", "<html>502 Bad Gateway</html>", "'file' does not parse as JSON")]
    public void WhyNot_SpoiledText_IsToldByFile(string before, string next, string why) => Assert.StartsWith(why, WhyNot([Text(before)], [Text(next)]));

    [Theory]
    [InlineData("password", "other")]
    [InlineData("", "")]
    [InlineData("", "password")]
    [InlineData("{\"a\":1}", "{}")]
    [InlineData("{broken", "{\"a\":1}")]
    [InlineData("{broken", "still broken")]
    public void WhyNot_SoundText_IsNull(string before, string next) => Assert.Null(WhyNot([Text(before)], [Text(next)]));

    [Fact]
    public void WhyNot_NoFilesWhereThereWereSome_IsTold() => Assert.NotNull(WhyNot([Text("a")], []));

    [Fact]
    public void WhyNot_FilesComeAndGo_IsNull() => Assert.Null(WhyNot([Text("a"), Text("b", "old")], [Text("a"), Text("b", "new")]));

    [Fact]
    public void WhyNot_RenewedPair_IsNull() => Assert.Null(WhyNot(Pair(_key, _key, Noon), Pair(_otherKey, _otherKey, Noon.AddHours(1))));

    [Fact]
    public void WhyNot_KeyOfAnotherCertificate_IsTold()
        => Assert.Equal("a private key does not belong to its certificate", WhyNot(Pair(_key, _key, Noon), Pair(_key, _otherKey, Noon.AddHours(1))));

    [Fact]
    public void WhyNot_PairThatNeverMatched_IsItsOwnersWish()
        => Assert.Null(WhyNot(Pair(_key, _otherKey, Noon), Pair(_key, _otherKey, Noon.AddHours(1))));

    [Fact]
    public void WhyNot_RsaPair_IsLookedAtToo()
    {
        using var rsa = RSA.Create(2048);
        using var other = RSA.Create(2048);

        Assert.Null(WhyNot(Pair(rsa, rsa, Noon), Pair(other, other, Noon)));
        Assert.NotNull(WhyNot(Pair(rsa, rsa, Noon), Pair(rsa, other, Noon)));
    }

    [Fact]
    public void WhyNot_OlderCertificate_IsToldUnlessTheStoreSaysSo()
    {
        var (current, older) = (ContentShape.Of(Pair(_key, _key, Noon)), ContentShape.Of(Pair(_key, _key, Noon.AddHours(-1))));

        Assert.Contains("begins at", ContentCheck.WhyNot(current, older, mayBeOlder: false));
        Assert.Null(ContentCheck.WhyNot(current, older, mayBeOlder: true));
    }

    [Fact]
    public void WhyNot_CertificateCutOff_IsTold()
    {
        var pair = Pair(_key, _key, Noon);
        var pem = pair[0].Content.ExposeText();

        Assert.StartsWith("'tls.crt' does not parse as PEM", WhyNot(pair, pair.SetItem(0, Text(pem[..200], "tls.crt"))));
        Assert.StartsWith("'tls.crt' does not parse as PEM", WhyNot(pair, pair.SetItem(0, Text(pem + pem[..200], "tls.crt"))));
    }

    [Fact]
    public void WhyNot_Pkcs12CutOff_IsTold()
    {
        using var bare = Certificate(_key, Noon);
        var store = bare.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, "password");

        Assert.Equal(FileKind.Pkcs12, ContentShape.Of([Bytes(store)]).Files[0].Kind);
        Assert.Null(WhyNot([Bytes(store)], [Bytes(store)]));
        Assert.Contains("PKCS#12", WhyNot([Bytes(store)], [Bytes(store[..^10])]));
    }

    [Theory]
    [InlineData("7", "6", false)]
    [InlineData("7", "7", true)]
    [InlineData("9", "10", true)]
    [InlineData("v7", "v6", true)]
    [InlineData("", "1", true)]
    [InlineData("12345678901234567890", "1", true)]
    public void WhyNot_Versions_AreComparedWhereTheyAreCounted(string before, string next, bool may)
        => Assert.Equal(may, ContentCheck.WhyNot([new("object", before)], [new("object", next)]) is null);

    [Fact]
    public void WhyNot_VersionsOfOtherObjects_AreNotCompared() => Assert.Null(ContentCheck.WhyNot([new("a", "7")], [new("b", "1")]));

    public void Dispose()
    {
        _key.Dispose();
        _otherKey.Dispose();
    }

    private static string? WhyNot(ImmutableArray<SecretFile> before, ImmutableArray<SecretFile> next)
        => ContentCheck.WhyNot(ContentShape.Of(before), ContentShape.Of(next), mayBeOlder: false);

    private static SecretFile Text(string content, string path = "file") => new(path, SecretFile.DefaultMode, Secret.FromText(content));

    private static SecretFile Bytes(byte[] content) => new("keystore.p12", SecretFile.DefaultMode, new Secret([.. content]));

    private static ImmutableArray<SecretFile> Pair(AsymmetricAlgorithm certified, AsymmetricAlgorithm key, DateTimeOffset notBefore)
    {
        using var certificate = Certificate(certified, notBefore);
        return [Text(certificate.ExportCertificatePem(), "tls.crt"), Text(key.ExportPkcs8PrivateKeyPem(), "tls.key")];
    }

    private static X509Certificate2 Certificate(AsymmetricAlgorithm key, DateTimeOffset notBefore)
    {
        var request = key is RSA rsa
            ? new CertificateRequest("CN=test", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=test", (ECDsa)key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(notBefore, notBefore.AddDays(1));
    }
}
