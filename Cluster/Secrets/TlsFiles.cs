using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Cluster.Secrets;

/// <summary>
/// Makes the two keys of a <c>kubernetes.io/tls</c> Secret out of files that may hold more than one of them: a PEM bundle of certificates and key, or
/// a PKCS#12 archive without a password.
/// </summary>
/// <remarks>
/// As the peer does it: <c>tls.crt</c> is all certificates of its file in their order, <c>tls.key</c> the private key in the oldest format of its kind
/// (PKCS#1 for RSA, SEC 1 for elliptic curves), which every server reads. Where the peer writes an empty key block this is refused, and parameters
/// after a key (<c>DH PARAMETERS</c>) are not taken for one.
/// </remarks>
internal static class TlsFiles
{
    private const string CertificateLabel = "CERTIFICATE";
    private const string KeyLabelEnd = "PRIVATE KEY";

    /// <summary>The certificates of <paramref name="file"/> as PEM blocks, one after the other.</summary>
    /// <exception cref="SecretFault">There are none.</exception>
    public static Secret Certificates(Secret file)
    {
        var blocks = Blocks(file);
        var ders = blocks.Where(block => block.Label == CertificateLabel).Select(block => block.Der).ToList();
        if (blocks.Count == 0)
            ders = ReadArchive(file, archive => LeafFirst(archive).Select(certificate => certificate.RawData).ToList());
        if (ders.Count == 0)
            throw new SecretFault("holds no certificate: expected PEM blocks 'CERTIFICATE', or PKCS#12 without a password");
        return new Secret([.. ders.SelectMany(der => Pem.Write(CertificateLabel, der))]);
    }

    /// <summary>The private key of <paramref name="file"/> as one PEM block.</summary>
    /// <exception cref="SecretFault">There is none that can be read.</exception>
    public static Secret PrivateKey(Secret file)
    {
        var blocks = Blocks(file);
        try
        {
            if (blocks.Count == 0)
                return ReadArchive(file, archive => KeyOf(archive) ?? throw NoKey());
            var key = blocks.LastOrDefault(block => block.Label.EndsWith(KeyLabelEnd, StringComparison.Ordinal)) ?? throw NoKey();
            return key.Label.StartsWith("ENCRYPTED", StringComparison.Ordinal)
                ? throw new SecretFault("holds a private key under a password: store it without one")
                : Oldest(key.Der);
        }
        finally
        {
            foreach (var block in blocks)
                CryptographicOperations.ZeroMemory(block.Der);
        }
    }

    private static SecretFault NoKey() => new("holds no private key: expected a PEM block 'PRIVATE KEY', 'RSA PRIVATE KEY' or 'EC PRIVATE KEY', or PKCS#12 without a password");

    private static List<Block> Blocks(Secret file)
    {
        var blocks = new List<Block>();
        var rest = file.Expose();
        while (PemEncoding.TryFindUtf8(rest, out var fields))
        {
            var der = new byte[fields.DecodedDataLength];
            if (Base64.DecodeFromUtf8(rest[fields.Base64Data], der, out _, out _) is OperationStatus.Done)
                blocks.Add(new Block(Encoding.ASCII.GetString(rest[fields.Label]), der));
            rest = rest[fields.Location.End..];
        }
        return blocks;
    }

    private static Secret Oldest(byte[] der)
        => Try(RSA.Create, static (rsa, key) => rsa.ImportPkcs8PrivateKey(key, out _), RsaKey, der)
            ?? Try(RSA.Create, static (rsa, key) => rsa.ImportRSAPrivateKey(key, out _), RsaKey, der)
            ?? Try(ECDsa.Create, static (curve, key) => curve.ImportPkcs8PrivateKey(key, out _), CurveKey, der)
            ?? Try(ECDsa.Create, static (curve, key) => curve.ImportECPrivateKey(key, out _), CurveKey, der)
            ?? throw new SecretFault("holds a private key of another kind, or a damaged one: kubernetes.io/tls takes RSA and ECDSA keys here; use type Opaque for others");

    private static Secret RsaKey(RSA rsa) => Pem.WriteSecret("RSA PRIVATE KEY", rsa.ExportRSAPrivateKey());

    private static Secret CurveKey(ECDsa curve) => Pem.WriteSecret("EC PRIVATE KEY", curve.ExportECPrivateKey());

    private delegate void Import<in TKey>(TKey key, ReadOnlySpan<byte> der);

    private static Secret? Try<TKey>(Func<TKey> create, Import<TKey> import, Func<TKey, Secret> write, byte[] der) where TKey : AsymmetricAlgorithm
    {
        using var key = create();
        try
        {
            import(key, der);
            return write(key);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static T ReadArchive<T>(Secret file, Func<X509Certificate2Collection, T> read)
    {
        X509Certificate2Collection archive;
        try
        {
            archive = X509CertificateLoader.LoadPkcs12Collection(file.Expose(), "", X509KeyStorageFlags.Exportable | X509KeyStorageFlags.EphemeralKeySet);
        }
        catch (CryptographicException)
        {
            throw new SecretFault("is neither PEM nor PKCS#12 without a password");
        }
        try
        {
            return read(archive);
        }
        finally
        {
            foreach (var certificate in archive)
                certificate.Dispose();
        }
    }

    /// <summary>The certificate that the key belongs to, then the others: what a TLS server sends. An archive has no order of its own.</summary>
    private static IEnumerable<X509Certificate2> LeafFirst(X509Certificate2Collection archive) => archive.OrderBy(certificate => certificate.HasPrivateKey ? 0 : 1);

    private static Secret? KeyOf(X509Certificate2Collection archive)
    {
        foreach (var certificate in archive)
        {
            using var rsa = certificate.GetRSAPrivateKey();
            if (rsa is not null)
                return RsaKey(rsa);
            using var curve = certificate.GetECDsaPrivateKey();
            if (curve is not null)
                return CurveKey(curve);
        }
        return null;
    }

    private sealed record Block(string Label, byte[] Der);
}
