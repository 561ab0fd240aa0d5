using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>Looks at what an issuer gave: a pod must never be shown a key with somebody else's certificate.</summary>
internal static class IssuedChains
{
    /// <summary>The certificate; the caller disposes it.</summary>
    /// <param name="issued">What the issuer gave.</param>
    /// <param name="order">What was asked for.</param>
    /// <param name="key">The key that it must be for.</param>
    /// <param name="now">The time.</param>
    /// <param name="source">Who issued it, for messages.</param>
    /// <exception cref="VolumeException"><see cref="VolumeError.ProviderFailed"/>: it is of no use.</exception>
    public static X509Certificate2 Check(IssuedChain issued, CertificateOrder order, AsymmetricAlgorithm key, DateTimeOffset now, string source)
    {
        var chain = Read(issued.Certificate);
        if (chain.IsEmpty)
            throw Failed(source, "what was issued holds no certificate: expected PEM blocks CERTIFICATE, the pod's own first");
        foreach (var above in chain.Skip(1))
            above.Dispose();
        var certificate = chain[0];
        if (!IsFor(certificate, key))
            throw Failed(source, "the certificate that was issued is for another key than the one of the request");
        if (order.InsistsOnNames && IssuedNames.Missing(certificate, order) is { } name)
            throw Failed(source, $"the certificate that was issued does not bear the name {Words.Clip(name)}, which was asked for");
        if (End(certificate) <= now)
            throw Failed(source, $"the certificate that was issued ended at {End(certificate):u}, and it is {now:u}: look at the clocks of the issuer and of this node");
        return certificate;
    }

    /// <summary>The certificates of a PEM text; none when it cannot be read.</summary>
    public static ImmutableArray<X509Certificate2> Read(byte[] pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(pem));
            return [.. certificates];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <summary>Whether <paramref name="pem"/> is a text of certificates, one or more.</summary>
    public static bool HoldsCertificates(byte[] pem)
    {
        var certificates = Read(pem);
        foreach (var certificate in certificates)
            certificate.Dispose();
        return !certificates.IsEmpty;
    }

    /// <summary>Whether the certificate is for that key.</summary>
    public static bool IsFor(X509Certificate2 certificate, AsymmetricAlgorithm key)
        => certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    /// <summary>When it ends.</summary>
    public static DateTimeOffset End(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime();

    private static VolumeException Failed(string source, string why) => new(VolumeError.ProviderFailed, $"{source}: {why}");
}
