using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>A certificate authority: a certificate, its key, what leads up to a root. Never changes; may be used from any thread.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private static readonly OidCollection ServerAndClient = [new Oid(Oids.ServerAuthentication), new Oid(Oids.ClientAuthentication)];

    private readonly X509Certificate2 _certificate;
    private readonly AsymmetricAlgorithm _key;
    private readonly X509SignatureGenerator _signer;
    private readonly HashAlgorithmName _hash;
    private readonly X509Extension _issuerKey;
    private readonly Lock _signing = new(); // keys promise nothing about use from several threads

    /// <param name="certificate">The authority's own certificate.</param>
    /// <param name="key">Its private key; owned by the authority from here on.</param>
    /// <param name="chain">What follows a leaf in <c>tls.crt</c>: this certificate and what leads up to a root, without the root.</param>
    /// <param name="trusted">What goes into <c>ca.crt</c>.</param>
    public CertificateAuthority(X509Certificate2 certificate, AsymmetricAlgorithm key, ImmutableArray<X509Certificate2> chain, ImmutableArray<X509Certificate2> trusted)
    {
        (_certificate, _key) = (certificate, key);
        (_signer, _hash) = key switch
        {
            RSA rsa => (X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1), HashAlgorithmName.SHA256),
            ECDsa ecdsa => (X509SignatureGenerator.CreateForECDsa(ecdsa), HashFor(ecdsa.KeySize)),
            _ => throw new ArgumentException($"a {key.GetType().Name} cannot sign certificates here", nameof(key)),
        };
        _issuerKey = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } identifier
            ? X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier)
            : X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: false, includeIssuerAndSerial: true);
        Chain = chain;
        ChainPem = Encode(chain);
        TrustedPem = Encode(trusted);
        NotBefore = certificate.NotBefore.ToUniversalTime();
        NotAfter = certificate.NotAfter.ToUniversalTime();
    }

    /// <summary>What follows a leaf.</summary>
    public ImmutableArray<X509Certificate2> Chain { get; }

    /// <summary><see cref="Chain"/> as PEM.</summary>
    public byte[] ChainPem { get; }

    /// <summary>The certificates to trust, as PEM.</summary>
    public byte[] TrustedPem { get; }

    /// <summary>When the authority's certificate begins to be good.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>When it stops; no certificate that it issues outlasts it.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>The authority's subject, for logs.</summary>
    public string Subject => _certificate.Subject;

    /// <summary>An X.509-SVID for <paramref name="key"/>: a leaf without a subject whose names are all in the alternative name.</summary>
    public X509Certificate2 Issue(PublicKey key, WorkloadIdentity identity, Lifetime lifetime)
    {
        var request = new CertificateRequest(new X500DistinguishedName(""), key, _hash);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            key.Oid.Value == Oids.Rsa ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ServerAndClient, critical: false));
        request.CertificateExtensions.Add(AlternativeName(identity));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(_issuerKey);
        lock (_signing)
            return request.Create(_certificate.SubjectName, _signer, lifetime.NotBefore, lifetime.NotAfter, RandomNumberGenerator.GetBytes(16));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
    }

    /// <summary>Critical, as RFC 5280 section 4.2.1.6 demands where the subject is empty.</summary>
    private static X509Extension AlternativeName(WorkloadIdentity identity)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(identity.SpiffeId);
        foreach (var name in identity.DnsNames)
            names.AddDnsName(name);
        return names.Build(critical: true);
    }

    private static HashAlgorithmName HashFor(int curveBits)
        => curveBits <= 256 ? HashAlgorithmName.SHA256 : curveBits <= 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA512;

    private static byte[] Encode(ImmutableArray<X509Certificate2> certificates)
        => [.. certificates.SelectMany(certificate => Pem.Write("CERTIFICATE", certificate.RawData))];
}
