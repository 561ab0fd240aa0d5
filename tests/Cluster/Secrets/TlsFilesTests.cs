using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Cluster.Secrets;

namespace ActorCsi.Tests.Cluster.Secrets;

/// <summary>Whatever form certificates and keys come in, a tls Secret holds what every server reads.</summary>
public sealed class TlsFilesTests
{
    private const string DhParameters = "-----BEGIN DH PARAMETERS-----\nAAECAw==\n-----END DH PARAMETERS-----\n";

    [Fact]
    public void Certificates_Bundle_GivesAllInTheirOrderAndNoKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Certificate("leaf", key);
        using var root = Certificate("root", key);
        var bundle = $"a comment\n{key.ExportPkcs8PrivateKeyPem()}\n{leaf.ExportCertificatePem()}\nanother\n{root.ExportCertificatePem()}";

        Assert.Equal($"{leaf.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n", TlsFiles.Certificates(Secret.FromText(bundle)).ExposeText());
    }

    [Fact]
    public void PrivateKey_Rsa_IsPkcs1WhateverItWas()
    {
        using var key = RSA.Create(2048);
        var pkcs1 = key.ExportRSAPrivateKeyPem() + "\n";

        Assert.Equal(pkcs1, PrivateKey(key.ExportPkcs8PrivateKeyPem()));
        Assert.Equal(pkcs1, PrivateKey(key.ExportRSAPrivateKeyPem()));
    }

    [Fact]
    public void PrivateKey_Curve_IsSec1WhateverItWas()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var sec1 = key.ExportECPrivateKeyPem() + "\n";

        Assert.Equal(sec1, PrivateKey(key.ExportPkcs8PrivateKeyPem()));
        Assert.Equal(sec1, PrivateKey(key.ExportECPrivateKeyPem()));
        Assert.StartsWith("-----BEGIN EC PRIVATE KEY-----\n", sec1);
    }

    [Fact]
    public void PrivateKey_OtherBlocksAround_AreNotTakenForIt()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Certificate("leaf", key);

        Assert.Equal(key.ExportECPrivateKeyPem() + "\n", PrivateKey($"{leaf.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n{DhParameters}{leaf.ExportCertificatePem()}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Archive_WithoutPassword_GivesLeafFirstAndItsKey(bool isRsa)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Certificate("authority", authorityKey);
        using var key = isRsa ? (AsymmetricAlgorithm)RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Certificate("leaf", key);
        var archive = new Secret(new X509Certificate2Collection { X509CertificateLoader.LoadCertificate(authority.RawData), leaf }.Export(X509ContentType.Pkcs12, "")!);

        Assert.Equal($"{leaf.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n", TlsFiles.Certificates(archive).ExposeText());
        var expected = key is RSA rsa ? rsa.ExportRSAPrivateKeyPem() : ((ECDsa)key).ExportECPrivateKeyPem();
        Assert.Equal(expected + "\n", TlsFiles.PrivateKey(archive).ExposeText());
    }

    [Theory]
    [InlineData("", "neither PEM nor PKCS#12")]
    [InlineData("no PEM at all", "neither PEM nor PKCS#12")]
    [InlineData(DhParameters, "no private key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAECAw==\n-----END PRIVATE KEY-----\n", "a damaged one")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n", "of another kind")] // Ed25519
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAECAw==\n-----END ENCRYPTED PRIVATE KEY-----\n", "under a password")]
    public void PrivateKey_NoneThatServes_SaysWhy(string file, string why)
    {
        var fault = Assert.Throws<SecretFault>(() => PrivateKey(file));

        Assert.Contains(why, fault.Message);
        Assert.DoesNotContain("AAECAw", fault.Message);
    }

    [Theory]
    [InlineData("no PEM at all", "neither PEM nor PKCS#12")]
    [InlineData(DhParameters, "no certificate")]
    public void Certificates_None_SaysWhy(string file, string why)
        => Assert.Contains(why, Assert.Throws<SecretFault>(() => TlsFiles.Certificates(Secret.FromText(file))).Message);

    private static string PrivateKey(string file) => TlsFiles.PrivateKey(Secret.FromText(file)).ExposeText();

    private static X509Certificate2 Certificate(string name, AsymmetricAlgorithm key)
    {
        var request = key is RSA rsa
            ? new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", (ECDsa)key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(99));
    }
}
