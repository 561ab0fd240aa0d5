using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>A certificate with what leads up to a root, and its key.</summary>
/// <param name="Pem">Certificate and chain, as the issuer wrote them.</param>
/// <param name="Chain">The same, the certificate first.</param>
/// <param name="Key">The private key.</param>
internal sealed record CertificatePair(byte[] Pem, ImmutableArray<X509Certificate2> Chain, AsymmetricAlgorithm Key) : IDisposable
{
    /// <summary>The certificate.</summary>
    public X509Certificate2 Certificate => Chain[0];

    /// <summary>What was issued, which was found to be a pair.</summary>
    public static CertificatePair Of(IssuedCertificate issued, KeyType keyType) => new(issued.Certificate, IssuedChains.Read(issued.Certificate), keyType.Import(issued.Key));

    /// <summary>
    /// What the volume shows: it outlives a restart of the driver, and no key lies about for it. Null where that is no pair, or its key is not of <paramref name="keyType"/>.
    /// </summary>
    public static CertificatePair? Shown(ITmpfs tmpfs, FetchRequest request, CertificateFiles files, KeyType keyType)
    {
        var contents = tmpfs.Read(request.Volume.TargetPath, [request.PathOf(files.CertificateFile), request.PathOf(files.PrivateKeyFile)], int.MaxValue);
        try
        {
            if (contents is not [{ } certificate, { } pem] || keyType.ImportPem(pem) is not { } key)
                return null;
            var pair = new CertificatePair(certificate.Expose().ToArray(), IssuedChains.Read(certificate.Expose().ToArray()), key);
            if (!pair.Chain.IsEmpty && IssuedChains.IsFor(pair.Certificate, key))
                return pair;
            pair.Dispose();
            return null;
        }
        finally
        {
            foreach (var content in contents)
                content?.Erase();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Key.Dispose();
        foreach (var certificate in Chain)
            certificate.Dispose();
    }
}
