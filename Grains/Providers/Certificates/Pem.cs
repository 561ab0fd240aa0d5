using System.Security.Cryptography;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>PEM files (RFC 7468) as bytes, so that what holds a key can be erased.</summary>
public static class Pem
{
    /// <summary>One block, with the newline that ends a text file.</summary>
    public static byte[] Write(string label, ReadOnlySpan<byte> der)
    {
        Span<byte> name = stackalloc byte[label.Length];
        for (var i = 0; i < label.Length; i++)
            name[i] = (byte)label[i];
        var pem = new byte[PemEncoding.GetEncodedSize(label.Length, der.Length) + 1];
        PemEncoding.TryWriteUtf8(name, der, pem, out var written);
        pem[written] = (byte)'\n';
        return pem;
    }

    /// <summary>A block of what must not stay in memory: <paramref name="der"/> is overwritten.</summary>
    public static Secret WriteSecret(string label, byte[] der)
    {
        try
        {
            return new Secret(Write(label, der));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }
}
