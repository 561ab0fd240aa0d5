using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>Reads a certificate authority from PEM text and makes sure that it can do its work before it is put in force.</summary>
internal static class AuthorityPem
{
    /// <param name="certificates">The authority's certificate first, then what leads up to a root; the root may be there or not.</param>
    /// <param name="key">Its private key: PKCS#8, PKCS#1 or SEC1, not enciphered.</param>
    /// <param name="trusted">The certificates to trust; null for the root among <paramref name="certificates"/>, or the highest of them.</param>
    /// <param name="now">The time that it must be good at.</param>
    /// <exception cref="AuthorityFault">It cannot be used, and why.</exception>
    public static CertificateAuthority Read(ReadOnlySpan<char> certificates, ReadOnlySpan<char> key, string? trusted, DateTimeOffset now)
    {
        var all = ReadCertificates(certificates, "the certificate file");
        var own = all[0];
        CheckMayIssue(own, now);
        var privateKey = ReadKey(own, key);

        var roots = all.Where(IsRoot).ToImmutableArray();
        return new CertificateAuthority(own, privateKey,
            chain: [.. all.Except(roots)],
            trusted: trusted is not null ? ReadCertificates(trusted, "the file of trusted certificates") : roots is [] ? [all[^1]] : roots);
    }

    private static ImmutableArray<X509Certificate2> ReadCertificates(ReadOnlySpan<char> pem, string what)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw new AuthorityFault($"{what} holds a CERTIFICATE block that cannot be read");
        }
        return certificates.Count > 0 ? [.. certificates] : throw new AuthorityFault($"{what} holds no CERTIFICATE block");
    }

    private static void CheckMayIssue(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            throw new AuthorityFault($"'{certificate.Subject}' is no certificate authority: its basic constraints do not say CA");
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign))
            throw new AuthorityFault($"'{certificate.Subject}' may not sign certificates: its key usage lacks keyCertSign");
        if (now.UtcDateTime >= certificate.NotAfter.ToUniversalTime())
            throw new AuthorityFault($"'{certificate.Subject}' expired at {certificate.NotAfter.ToUniversalTime():u}");
    }

    private static AsymmetricAlgorithm ReadKey(X509Certificate2 certificate, ReadOnlySpan<char> pem)
    {
        AsymmetricAlgorithm key = certificate.GetKeyAlgorithm() switch
        {
            Oids.Rsa => RSA.Create(),
            Oids.EllipticCurve => ECDsa.Create(),
            var other => throw new AuthorityFault($"'{certificate.Subject}' has a key of kind {other}; RSA and ECDSA are taken"),
        };
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException) // neither says anything that helps, and it might quote
        {
            key.Dispose();
            throw new AuthorityFault($"the key file holds no private key of the kind of '{certificate.Subject}' that can be read; it must be PEM and not enciphered");
        }
        if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
            return key;
        key.Dispose();
        throw new AuthorityFault($"the key does not belong to '{certificate.Subject}'");
    }

    private static bool IsRoot(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}

/// <summary>The text of a file that may hold a key: erased when it is disposed.</summary>
internal sealed class PemFile : IDisposable
{
    private readonly char[] _text;

    private PemFile(char[] text) => _text = text;

    public static PemFile Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            return new PemFile(Encoding.UTF8.GetChars(bytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public ReadOnlySpan<char> Text => _text;

    public void Dispose() => Array.Clear(_text);
}

/// <summary>Why a certificate authority cannot be used. Says nothing of its key.</summary>
internal sealed class AuthorityFault(string message) : Exception(message);
