using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Providers.Pki;
using ActorCsi.Grains.Refresh;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Pki;

/// <summary>Each fetch gives a new pair for the pod's identity, good for TLS on both ends, as X.509-SVID wants it.</summary>
public sealed class PkiProviderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 4, 30, 0, 250, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly VirtualTime _time = new(Now);
    private readonly LogLines _log = new();
    private readonly KeyMaker _keys = new();
    private readonly PkiProvider _provider;
    public PkiProviderTests() => _provider = NewProvider(new LocalAuthority(_directory["pki"], _time, _log.For<LocalAuthority>()));

    public void Dispose()
    {
        _keys.Dispose();
        _directory.Dispose();
    }

    private PkiProvider NewProvider(IAuthoritySource authorities) => new(authorities, _keys, () => 0.5, _time);

    private PkiProvider Given(Authority authority, params Authority[] chain)
        => NewProvider(new GivenAuthority(authority.WriteTo(_directory, string.Concat(chain.Select(above => above.Pem))), _time, _log.For<GivenAuthority>()));

    private static async Task<Issued> Fetch(PkiProvider provider, params (string Name, string Value)[] parameters)
        => new(await provider.Fetch(Requests.For(Requests.Class("pki", parameters)), CancellationToken.None).Soon());

    private Task<Issued> Fetch(params (string Name, string Value)[] parameters) => Fetch(_provider, parameters);

    /// <summary>A bundle, read as a pod reads it.</summary>
    private sealed class Issued(SecretBundle bundle)
    {
        public SecretBundle Bundle => bundle;

        public string Text(string path) => bundle.Files.Single(file => file.Path == path).Content.ExposeText();

        public X509Certificate2 Leaf => X509Certificate2.CreateFromPem(Text("tls.crt"));

        public X509Certificate2Collection Chain => Certificates("tls.crt");

        public X509Certificate2Collection Trusted => Certificates("ca.crt");

        private X509Certificate2Collection Certificates(string path)
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(Text(path));
            return all;
        }

        /// <summary>Throws when key and certificate are no pair.</summary>
        public X509Certificate2 Pair() => X509Certificate2.CreateFromPem(Text("tls.crt"), Text("tls.key"));

        public X509ChainStatusFlags Verify(DateTimeOffset at)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(Trusted);
            chain.ChainPolicy.ExtraStore.AddRange(Chain);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationTime = at.UtcDateTime;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(Oids.ServerAuthentication));
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(Oids.ClientAuthentication));
            chain.Build(Leaf);
            return chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        }
    }

    public static TheoryData<string> KeyTypes => [.. KeyType.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task Fetch_EveryKeyType_GivesAPairThatVerifies(string keyType)
    {
        var issued = await Fetch(("keyType", keyType.ToUpperInvariant()));

        using var pair = issued.Pair();
        var size = int.Parse(keyType[(keyType.LastIndexOfAny(['-', 'p']) + 1)..], CultureInfo.InvariantCulture);
        Assert.Equal(size, pair.GetRSAPublicKey()?.KeySize ?? pair.GetECDsaPublicKey()?.KeySize);
        Assert.Equal(X509ChainStatusFlags.NoError, issued.Verify(Now));
        Assert.Equal(X509ChainStatusFlags.NotTimeValid, issued.Verify(Now.AddHours(2)));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", issued.Text("tls.key"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Leaf_IsAnX509Svid()
    {
        using var leaf = (await Fetch(("trustDomain", "example.org"), ("dnsNames", "web.shop.svc, ${POD_NAME}.$POD_NAMESPACE.svc"))).Leaf;

        Assert.Equal("", leaf.Subject);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.True(names.Critical); // RFC 5280 4.2.1.6: it has to be, without a subject
        Assert.Equal(["web.shop.svc", "web-0.shop.svc"], names.EnumerateDnsNames());
        Assert.Contains("URI:spiffe://example.org/ns/shop/sa/web-sa", names.Format(false), StringComparison.Ordinal);
        Assert.False(leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, leaf.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal([Oids.ServerAuthentication, Oids.ClientAuthentication],
            leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(usage => usage.Value!));
        Assert.InRange(leaf.SerialNumberBytes.Length, 13, 17);
    }

    [Fact]
    public async Task Fetch_RsaLeaf_MayEncipherKeys()
    {
        using var leaf = (await Fetch(("keyType", "rsa-2048"))).Leaf;
        Assert.Equal(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, leaf.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
    }

    [Fact]
    public async Task Fetch_Leaf_PointsToItsIssuersKey()
    {
        var issued = await Fetch();
        var identifier = issued.Leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value;
        Assert.Equal(issued.Trusted[0].Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.ToArray(), identifier.ToArray());
    }

    [Fact]
    public async Task Fetch_Twice_SharesNothingButTheAuthority()
    {
        var (first, second) = (await Fetch(), await Fetch());

        Assert.NotEqual(first.Text("tls.key"), second.Text("tls.key"));
        Assert.NotEqual(first.Leaf.SerialNumber, second.Leaf.SerialNumber);
        Assert.Equal(first.Text("ca.crt"), second.Text("ca.crt"));
        first.Pair().Dispose();
        second.Pair().Dispose();
    }

    [Fact]
    public async Task Fetch_Renewal_IsDueAtTwoThirdsOfTheLifeOrABitEarlier()
    {
        var bundle = (await Fetch(("duration", "10m"))).Bundle;

        Assert.Equal((new LifeWindow((2.0 / 3) - 0.1, 2.0 / 3), null), (bundle.RefreshWindow, bundle.RefreshAt));
        Assert.True(bundle.NeedsNoPolling);
        Assert.False(bundle.FollowsTokens);
    }

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("90s", 90)]
    [InlineData("8760h", 31536000)]
    public async Task Fetch_Duration_IsNeverCutShortAndBeginsALittleEarlier(string duration, int seconds)
    {
        var issued = await Fetch(("duration", duration));

        var notAfter = new DateTimeOffset(issued.Leaf.NotAfter);
        Assert.Equal(issued.Bundle.ExpiresAt, notAfter);
        Assert.InRange(notAfter, Now.AddSeconds(seconds), Now.AddSeconds(seconds + 1));
        Assert.InRange(new DateTimeOffset(issued.Leaf.NotBefore), Now.AddSeconds(-60), Now.AddSeconds(-59));
    }

    [Fact]
    public async Task Fetch_AuthorityEndsSooner_EndsWithIt()
    {
        var provider = Given(Authority.New("root", end: Now.AddMinutes(20)));
        var bundle = (await Fetch(provider, ("duration", "24h"))).Bundle;

        Assert.Equal(Now.AddMinutes(20).ToUnixTimeSeconds(), bundle.ExpiresAt!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Fetch_AuthorityExpiredMeanwhile_SaysSo()
    {
        var provider = Given(Authority.New("root", end: Now.AddMinutes(20)));
        await Fetch(provider);
        _time.Advance(TimeSpan.FromMinutes(20));

        var fault = await Assert.ThrowsAsync<VolumeException>(() => Fetch(provider));
        Assert.Equal(VolumeError.ProviderFailed, fault.Error);
        Assert.Contains("'CN=root' is good from 2025-01-01 00:00:00Z to 2026-11-21 04:50:00Z, and it is 2026-11-21 04:50:00Z", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_AuthorityBelowARoot_GivesTheChainAndTrustsTheRoot()
    {
        var root = Authority.New("root", key: RSA.Create(2048));
        var upper = Authority.New("upper", root, ECDsa.Create(ECCurve.NamedCurves.nistP384), identifier: false);
        var lower = Authority.New("lower", upper);
        var provider = Given(lower, upper, root);
        var issued = await Fetch(provider);

        Assert.Equal(["", "CN=lower", "CN=upper"], issued.Chain.Select(certificate => certificate.Subject));
        Assert.Equal(["CN=root"], issued.Trusted.Select(certificate => certificate.Subject));
        Assert.Equal(X509ChainStatusFlags.NoError, issued.Verify(Now));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_AuthorityOfAnyKey_GivesAPairThatVerifies(bool identifier)
    {
        foreach (var type in KeyType.All.Take(4))
        {
            var provider = Given(Authority.New(type.Name, key: type.Create(), identifier: identifier));
            Assert.Equal(X509ChainStatusFlags.NoError, (await Fetch(provider)).Verify(Now));
        }
    }

    [Fact]
    public async Task Fetch_RenewBeforeAndGroup_AreTheClassesOwn()
    {
        var bundle = (await Fetch(("duration", "2h"), ("renewBefore", "20m"), ("fsGroup", "2000"))).Bundle;
        Assert.Equal(_time.GetUtcNow().AddMinutes(120 - 20 - 1), bundle.RefreshAt!.Value, TimeSpan.FromSeconds(1)); // a minute of jitter
        Assert.Equal(2000u, bundle.Group);
        Assert.Null((await Fetch(("duration", "2h"), ("renewBefore", "3h"))).Bundle.RefreshAt);
    }

    [Fact]
    public async Task Fetch_NamesAndModes_AreTheClassesOwn()
    {
        var bundle = (await Fetch(("certificateFile", "a/cert"), ("privateKeyFile", "a/key"), ("caFile", "roots"), ("mode", "0440"), ("privateKeyMode", "400"),
            ("pkcs12", "true"), ("pkcs12Filename", "p12"), ("pkcs12Password", "x"))).Bundle;

        Assert.Equal([("a/cert", "440"), ("a/key", "400"), ("roots", "440"), ("p12", "400")],
            bundle.Files.Select(file => (file.Path, Convert.ToString(file.Mode, 8))));
    }

    [Fact]
    public async Task Fetch_Pkcs1_WritesAnRsaKeyThatWay()
        => Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----\n", (await Fetch(("keyType", "RSA-2048"), ("keyEncoding", "PKCS1"))).Text("tls.key"), StringComparison.Ordinal);

    [Fact]
    public async Task Fetch_Versions_NameIdentityAndSerial()
    {
        var issued = await Fetch();
        Assert.Equal([new ObjectVersion("spiffe://cluster.local/ns/shop/sa/web-sa", issued.Leaf.SerialNumber)], issued.Bundle.Objects.ToArray());
    }

    [Theory]
    [InlineData("Modern2023", "ecdsa-p256")]
    [InlineData("LegacyDES", "rsa-2048")]
    public async Task Fetch_Pkcs12_HoldsTheSamePair(string profile, string keyType)
    {
        var issued = await Fetch(("pkcs12", "true"), ("pkcs12Password", "päss"), ("pkcs12Profile", profile), ("keyType", keyType));

        var store = X509CertificateLoader.LoadPkcs12Collection(issued.Bundle.Files.Single(file => file.Path == "keystore.p12").Content.ExposeMemory().Span, "päss");
        var own = Assert.Single(store, certificate => certificate.HasPrivateKey);
        Assert.Equal(issued.Leaf.RawData, own.RawData);
    }

    [Fact]
    public async Task Fetch_Pkcs12PasswordInASecret_IsTaken()
    {
        var request = Requests.For(Requests.Class("pki", ("pkcs12", "true"))) with { NodePublishSecrets = [new("pkcs12Password", Secret.FromText("hidden"))] };
        var bundle = await _provider.Fetch(request, CancellationToken.None);

        Assert.NotEmpty(X509CertificateLoader.LoadPkcs12Collection(bundle.Files[^1].Content.ExposeMemory().Span, "hidden"));
    }

    [Fact]
    public async Task Fetch_Pkcs12WithoutPassword_SaysWhereToPutIt()
    {
        var fault = await Assert.ThrowsAsync<VolumeException>(() => Fetch(("pkcs12", "true")));
        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains("give parameters.pkcs12Password, or the key pkcs12Password in the Secret of nodePublishSecretRef", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a_b")]
    [InlineData("-a")]
    [InlineData("a..b")]
    [InlineData("a.*.b")]
    [InlineData("*")]
    [InlineData("a b")]
    [InlineData("${POD_UID}.-")]
    public async Task Fetch_DnsNameThatIsNone_IsRefused(string name)
    {
        var fault = await Assert.ThrowsAsync<VolumeException>(() => Fetch(("dnsNames", name)));
        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains("parameters.dnsNames gives '", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.shop.svc\nweb", "*.shop.svc", "web")]
    [InlineData("[a, 'b']", "a", "b")]
    [InlineData("- a\n- ${SERVICE_ACCOUNT_NAME}", "a", "web-sa")]
    [InlineData("a,,a, b,", "a", "b")]
    public async Task Fetch_DnsNames_AreAListInAnyForm(string text, params string[] names)
        => Assert.Equal(names, (await Fetch(("dnsNames", text))).Leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());

    [Fact]
    public async Task Fetch_PodWithoutServiceAccount_IsRefused()
    {
        var request = Requests.For(Requests.Class("pki"));
        request = request with { Volume = request.Volume with { Pod = Requests.Pod with { ServiceAccount = "" } } };

        var fault = await Assert.ThrowsAsync<VolumeException>(() => _provider.Fetch(request, CancellationToken.None));
        Assert.Contains("podInfoOnMount: true", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_GivenUpBeforeAnRsaKeyIsMade_Ends()
        => await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _provider.Fetch(Requests.For(Requests.Class("pki", ("keyType", "rsa-4096"))), new CancellationToken(canceled: true)));

    [OpenSslFact]
    public async Task Fetch_Leaf_IsGoodToOpenSslToo()
    {
        var issued = await Fetch(("dnsNames", "web.shop.svc"), ("pkcs12", "true"), ("pkcs12Password", "pass"));
        foreach (var file in issued.Bundle.Files)
            await File.WriteAllBytesAsync(_directory[file.Path], file.Content.ExposeMemory());

        var verified = await OpenSsl.Run("verify", "-x509_strict", "-CAfile", _directory["ca.crt"], "-attime", $"{Now.ToUnixTimeSeconds()}",
            "-purpose", "sslserver", "-verify_hostname", "web.shop.svc", _directory["tls.crt"]);
        Assert.Contains("OK", verified, StringComparison.Ordinal);

        var text = await OpenSsl.Run("x509", "-in", _directory["tls.crt"], "-noout", "-text");
        Assert.Contains("X509v3 Subject Alternative Name: critical\n                URI:spiffe://cluster.local/ns/shop/sa/web-sa, DNS:web.shop.svc", text, StringComparison.Ordinal);
        Assert.Contains("TLS Web Server Authentication, TLS Web Client Authentication", text, StringComparison.Ordinal);

        var certificateKey = await OpenSsl.Run("x509", "-in", _directory["tls.crt"], "-noout", "-pubkey");
        Assert.Equal(certificateKey, await OpenSsl.Run("pkey", "-in", _directory["tls.key"], "-pubout"));
        Assert.Contains("BEGIN PRIVATE KEY", await OpenSsl.Run("pkcs12", "-in", _directory["keystore.p12"], "-passin", "pass:pass", "-nodes"), StringComparison.Ordinal);
    }

    [OpenSslFact]
    public async Task Fetch_LegacyPkcs12_IsGoodToOpenSslToo()
    {
        var issued = await Fetch(("pkcs12", "true"), ("pkcs12Password", "pass"), ("pkcs12Profile", "LegacyDES"));
        await File.WriteAllBytesAsync(_directory["p12"], issued.Bundle.Files[^1].Content.ExposeMemory());

        Assert.Contains("BEGIN CERTIFICATE", await OpenSsl.Run("pkcs12", "-in", _directory["p12"], "-passin", "pass:pass", "-nodes", "-legacy"), StringComparison.Ordinal);
    }

    [OpenSslFact]
    public async Task Fetch_ChainBelowARoot_IsGoodToOpenSslToo()
    {
        var root = Authority.New("root");
        var lower = Authority.New("lower", root);
        var provider = Given(lower, root);
        var issued = await Fetch(provider);
        await File.WriteAllTextAsync(_directory["tls.crt"], issued.Text("tls.crt"));
        await File.WriteAllTextAsync(_directory["roots"], issued.Text("ca.crt"));

        Assert.Contains("OK", await OpenSsl.Run("verify", "-CAfile", _directory["roots"], "-untrusted", _directory["tls.crt"],
            "-attime", $"{Now.ToUnixTimeSeconds()}", "-purpose", "sslclient", _directory["tls.crt"]), StringComparison.Ordinal);
    }
}
