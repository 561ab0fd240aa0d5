using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>PKCS#12 as vaults keep certificates in, with an empty password.</summary>
internal static class Pkcs12
{
    /// <summary>The keys in PKCS#8, then the certificates.</summary>
    /// <exception cref="VolumeException">It is no such file.</exception>
    public static Secret ToPem(string base64, KeyVaultRead read, bool constructsChain)
    {
        var pfx = Array.Empty<byte>();
        try
        {
            pfx = Convert.FromBase64String(base64);
            return ToPem(pfx, constructsChain);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw HttpFailures.Garbage($"reading {read}", $"a certificate in PKCS#12 without a password ({Words.Clip(e.Message)})");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pfx);
        }
    }

    private static Secret ToPem(byte[] pfx, bool constructsChain)
    {
        var certificates = X509CertificateLoader.LoadPkcs12Collection(pfx, "", X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);
        using var pem = new MemoryStream();
        try
        {
            foreach (var key in certificates.Select(PrivateKey).OfType<byte[]>())
                Write(pem, "PRIVATE KEY", key);
            foreach (var certificate in constructsChain ? CertificateChain.Order([.. certificates]) : [.. certificates])
                Write(pem, "CERTIFICATE", certificate.RawData);
            return new Secret(pem.ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem.GetBuffer());
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }

    private static void Write(MemoryStream pem, string label, byte[] der)
    {
        var block = Pem.Write(label, der);
        pem.Write(block);
        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(der);
    }

    private static byte[]? PrivateKey(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = certificate.GetRSAPrivateKey() ?? (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey();
        return key?.ExportPkcs8PrivateKey();
    }
}
