using System.Security.Cryptography;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Makes files of what a vault answered, as the plugin does: a text, a certificate with its key, a public key, or a certificate alone.</summary>
internal static class KeyVaultFiles
{
    private const string PemType = "application/x-pem-file";
    private const string Pkcs12Type = "application/x-pkcs12";

    /// <param name="wanted">What the class asks for.</param>
    /// <param name="read">What was read for it.</param>
    /// <param name="path">The file.</param>
    /// <param name="answer">What came.</param>
    /// <param name="secretClass">How the class wants certificates.</param>
    /// <exception cref="VolumeException">The answer does not have what the object asks for; says why.</exception>
    public static IEnumerable<SecretFile> Of(AzureObject wanted, KeyVaultRead read, string path, KeyVaultAnswer answer, AzureClass secretClass)
        => Contents(wanted, read, answer, secretClass).Select(content => new SecretFile(path + content.Suffix, wanted.Mode, content.Bytes));

    private static IEnumerable<(string Suffix, Secret Bytes)> Contents(AzureObject wanted, KeyVaultRead read, KeyVaultAnswer answer, AzureClass secretClass)
    {
        if (read.Kind == KeyVaultKind.Key)
            return [("", PublicKey(read, answer))];
        if (read.Kind == KeyVaultKind.Certificate)
            return [("", Certificate(read, answer))];
        var value = answer.Value ?? throw Garbage(read, "a value");
        return answer.IsCertificate ? WithCertificate(wanted, read, answer, value, secretClass) : [("", Decode(wanted, read, value))];
    }

    private static IEnumerable<(string Suffix, Secret Bytes)> WithCertificate(AzureObject wanted, KeyVaultRead read, KeyVaultAnswer answer, string value, AzureClass secretClass)
    {
        if (answer.ContentType is not (PemType or Pkcs12Type))
            throw Garbage(read, $"a certificate of type {PemType} or {Pkcs12Type}, and not '{Words.Clip(answer.ContentType)}'");
        if (answer.ContentType == Pkcs12Type && wanted.IsPfx)
            return [("", Decode(wanted, read, value))];
        if (wanted.Encoding is not AzureEncoding.Utf8)
            throw new VolumeException(VolumeError.Invalid, $"{read} is a certificate whose file is PEM, which needs no decoding: objectEncoding goes with objectFormat pfx, where the vault has PKCS#12");

        var pem = answer.ContentType == PemType ? Secret.FromText(value) : Pkcs12.ToPem(value, read, secretClass.ConstructsChain);
        if (!secretClass.SeparatesKeys)
            return [("", pem)];
        var (certificates, keys) = PemParts.Split(pem);
        return [(".crt", certificates), (".key", keys), ("", pem)];
    }

    private static Secret Decode(AzureObject wanted, KeyVaultRead read, string value)
    {
        try
        {
            return wanted.Encoding switch
            {
                AzureEncoding.Base64 => new Secret(Convert.FromBase64String(value)),
                AzureEncoding.Hex => new Secret(Convert.FromHexString(value)),
                _ => Secret.FromText(value),
            };
        }
        catch (FormatException)
        {
            throw new VolumeException(VolumeError.Invalid, $"{read} is not in {(wanted.Encoding is AzureEncoding.Hex ? "hex" : "base64")}, as objectEncoding says");
        }
    }

    private static Secret Certificate(KeyVaultRead read, KeyVaultAnswer answer)
    {
        try
        {
            return new Secret(Pem.Write("CERTIFICATE", Convert.FromBase64String(answer.Certificate ?? throw Garbage(read, "a certificate"))));
        }
        catch (FormatException)
        {
            throw Garbage(read, "a certificate in base64");
        }
    }

    private static Secret PublicKey(KeyVaultRead read, KeyVaultAnswer answer)
    {
        try
        {
            return new Secret(Pem.Write("PUBLIC KEY", JsonWebKey.ToSubjectPublicKeyInfo(answer.Key ?? throw Garbage(read, "a key"))
                ?? throw new VolumeException(VolumeError.Invalid, $"{read} is of a type that has no file: RSA keys do, and EC keys on P-256, P-384 and P-521")));
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw Garbage(read, "a key whose numbers are right");
        }
    }

    private static VolumeException Garbage(KeyVaultRead read, string expected) => HttpFailures.Garbage($"reading {read}", expected);
}
