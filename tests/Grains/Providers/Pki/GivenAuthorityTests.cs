using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers.Pki;
using ActorCsi.Testing;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Providers.Pki;

/// <summary>An authority given as files follows them, and a pair that cannot work never takes the place of one that does.</summary>
public sealed class GivenAuthorityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly VirtualTime _time = new();
    private readonly LogLines _log = new();
    private readonly Authority _first = Authority.New("first");

    public void Dispose() => _directory.Dispose();

    private GivenAuthority New(AuthorityFiles files) => new(files, _time, _log.For<GivenAuthority>());

    [Fact]
    public void Current_FilesUnchanged_IsTheSameInstance()
    {
        var source = New(_first.WriteTo(_directory));
        Assert.Same(source.Current(), source.Current());
    }

    [Fact]
    public void Current_FilesReplaced_IsTheNewOne()
    {
        var source = New(_first.WriteTo(_directory));
        Assert.Equal("CN=first", source.Current().Subject);

        Authority.New("second").WriteTo(_directory);
        Assert.Equal("CN=second", source.Current().Subject);
    }

    [Fact]
    public void Current_ReplacedOneFileAfterTheOther_KeepsTheOldUntilBothAreThere()
    {
        var source = New(_first.WriteTo(_directory));
        source.Current();
        var second = Authority.New("second");

        _directory.Write("ca.crt", second.Pem);
        Assert.Equal("CN=first", source.Current().Subject);
        _directory.Write("ca.key", second.KeyPem);
        Assert.Equal("CN=second", source.Current().Subject);
    }

    public static TheoryData<string, string> Spoiled => new()
    {
        { "key of another", "the key does not belong to 'CN=first'" },
        { "key of another kind", "the key file holds no private key of the kind of 'CN=first'" },
        { "key enciphered", "it must be PEM and not enciphered" },
        { "key garbage", "the key file holds no private key" },
        { "key missing", "ca.key" },
        { "certificate garbage", "the certificate file holds no CERTIFICATE block" },
        { "certificate torn", "the certificate file holds a CERTIFICATE block that cannot be read" },
        { "certificate of a leaf", "'CN=first' is no certificate authority" },
        { "certificate without keyCertSign", "'CN=first' may not sign certificates" },
        { "certificate expired", "'CN=first' expired at 2025-06-01 00:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Current_BadPair_IsRefusedAndTheLastGoodOneStays(string spoil, string expected)
    {
        var files = _first.WriteTo(_directory);
        var source = New(files);
        var good = source.Current();
        Spoil(spoil);

        Assert.Same(good, source.Current());
        Assert.Same(good, source.Current());
        var told = Assert.Single(_log.At(LogLevel.Error));
        Assert.Contains(expected, told, StringComparison.Ordinal);
        Assert.Contains("'CN=first' stays in force", told, StringComparison.Ordinal);

        var fault = Assert.Throws<VolumeException>(() => New(files).Current());
        Assert.Equal(VolumeError.ProviderFailed, fault.Error);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);

        _first.WriteTo(_directory);
        Assert.Equal("CN=first", source.Current().Subject);
    }

    private void Spoil(string what)
    {
        var key = _first.Key;
        switch (what)
        {
            case "key of another":
                _directory.Write("ca.key", Authority.New("other").KeyPem);
                break;
            case "key of another kind":
                _directory.Write("ca.key", RSA.Create(2048).ExportPkcs8PrivateKeyPem());
                break;
            case "key enciphered":
                _directory.Write("ca.key", key.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
                break;
            case "key garbage":
                _directory.Write("ca.key", "garbage");
                break;
            case "key missing":
                File.Delete(_directory["ca.key"]);
                break;
            case "certificate garbage":
                _directory.Write("ca.crt", "garbage");
                break;
            case "certificate torn":
                _directory.Write("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
                break;
            case "certificate of a leaf":
                _directory.Write("ca.crt", Authority.New("first", key: key, isAuthority: false).Pem);
                break;
            case "certificate without keyCertSign":
                _directory.Write("ca.crt", Authority.New("first", key: key, usage: X509KeyUsageFlags.CrlSign).Pem);
                break;
            default:
                _directory.Write("ca.crt", Authority.New("first", key: key, end: new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero)).Pem);
                break;
        }
    }

    [Fact]
    public void Current_OtherRootsToTrust_AreGivenToPods()
    {
        var (old, next) = (Authority.New("old root"), Authority.New("next root"));
        var files = Authority.New("lower", next).WriteTo(_directory) with { Trusted = _directory.Write("roots", old.Pem + next.Pem) };
        var authority = New(files).Current();

        Assert.Equal(old.Pem + next.Pem, Encoding.ASCII.GetString(authority.TrustedPem));
        Assert.Equal(["CN=lower"], authority.Chain.Select(certificate => certificate.Subject));
    }

    [Theory]
    [InlineData("RSA PRIVATE KEY")]
    [InlineData("EC PRIVATE KEY")]
    public void Current_KeyInTheOldForms_IsRead(string label)
    {
        AsymmetricAlgorithm key = label[0] == 'R' ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var files = Authority.New("old", key: key).WriteTo(_directory);
        _directory.Write("ca.key", key is RSA rsa ? rsa.ExportRSAPrivateKeyPem() : ((ECDsa)key).ExportECPrivateKeyPem());

        Assert.Contains(label, File.ReadAllText(files.Key), StringComparison.Ordinal);
        Assert.Equal("CN=old", New(files).Current().Subject);
    }
}
