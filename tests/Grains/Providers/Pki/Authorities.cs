using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers.Pki;

namespace ActorCsi.Tests.Providers.Pki;

/// <summary>Certificate authorities made for tests: a root, and others below it.</summary>
internal sealed record Authority(X509Certificate2 Certificate, AsymmetricAlgorithm Key)
{
    public static readonly DateTimeOffset Begin = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>An authority, signed by <paramref name="parent"/> or by itself.</summary>
    public static Authority New(string name, Authority? parent = null, AsymmetricAlgorithm? key = null, bool isAuthority = true,
        X509KeyUsageFlags usage = X509KeyUsageFlags.KeyCertSign, DateTimeOffset? end = null, bool identifier = true)
    {
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), new PublicKey(key), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        if (identifier)
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var signer = parent?.Key ?? key;
        var generator = signer is RSA rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)signer);
        var certificate = request.Create(parent?.Certificate.SubjectName ?? request.SubjectName, generator, Begin, end ?? End, RandomNumberGenerator.GetBytes(8));
        return new Authority(certificate, key);
    }

    public AuthorityFiles WriteTo(TemporaryDirectory directory, string chain = "")
        => new(directory.Write("ca.crt", Pem + chain), directory.Write("ca.key", KeyPem), null);
}
