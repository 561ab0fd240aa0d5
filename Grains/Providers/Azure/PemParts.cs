using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Takes a PEM text with certificates and keys apart.</summary>
internal static class PemParts
{
    /// <summary>All certificates, and all else, which is keys; each part may be empty. The order stays, what stands between the blocks goes.</summary>
    public static (Secret Certificates, Secret Keys) Split(Secret pem)
    {
        using var certificates = new MemoryStream();
        using var keys = new MemoryStream();
        try
        {
            for (var left = pem.Expose(); PemEncoding.TryFindUtf8(left, out var block); left = left[block.Location.End..])
            {
                var label = Encoding.ASCII.GetString(left[block.Label]);
                var der = new byte[block.DecodedDataLength];
                System.Buffers.Text.Base64.DecodeFromUtf8(left[block.Base64Data], der, out _, out _);
                var written = Pem.Write(label, der);
                (label == "CERTIFICATE" ? certificates : keys).Write(written);
                CryptographicOperations.ZeroMemory(der);
                CryptographicOperations.ZeroMemory(written);
            }
            return (new Secret(certificates.ToArray()), new Secret(keys.ToArray()));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys.GetBuffer());
        }
    }
}
