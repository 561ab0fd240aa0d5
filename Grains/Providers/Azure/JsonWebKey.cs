using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Public keys as RFC 7517 and 7518 write them.</summary>
internal static class JsonWebKey
{
    /// <summary>The key in DER (SubjectPublicKeyInfo); null when it is of a type or on a curve that is not taken. Keys in hardware have the same public half.</summary>
    /// <exception cref="FormatException">A number is missing or not in base64url.</exception>
    /// <exception cref="CryptographicException">The numbers are no key.</exception>
    public static byte[]? ToSubjectPublicKeyInfo(JsonElement key) => (key.Text("kty"), Curve(key.Text("crv"))) switch
    {
        ("RSA" or "RSA-HSM", _) => Rsa(Bytes(key, "n"), Bytes(key, "e")),
        ("EC" or "EC-HSM", var (curve, length)) => Ec(curve, Padded(Bytes(key, "x"), length), Padded(Bytes(key, "y"), length)),
        _ => null,
    };

    private static byte[] Rsa(byte[] modulus, byte[] exponent)
    {
        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return rsa.ExportSubjectPublicKeyInfo();
    }

    private static byte[] Ec(ECCurve curve, byte[] x, byte[] y)
    {
        using var ec = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } });
        return ec.ExportSubjectPublicKeyInfo();
    }

    private static (ECCurve Curve, int Length)? Curve(string? name) => name switch
    {
        "P-256" => (ECCurve.NamedCurves.nistP256, 32),
        "P-384" => (ECCurve.NamedCurves.nistP384, 48),
        "P-521" => (ECCurve.NamedCurves.nistP521, 66),
        _ => null,
    };

    private static byte[] Bytes(JsonElement key, string name)
        => key.Text(name) is { Length: > 0 } text ? Base64Url.DecodeFromChars(text) : throw new FormatException();

    /// <summary>Coordinates are as long as the field; some writers leave zeros in front away.</summary>
    private static byte[] Padded(byte[] number, int length)
    {
        if (number.Length >= length)
            return number;
        var padded = new byte[length];
        number.CopyTo(padded, length - number.Length);
        return padded;
    }
}
