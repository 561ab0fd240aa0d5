using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Refresh;

/// <summary>Looks at files as a reader would: what do they parse as, and do keys belong to certificates?</summary>
internal static class ContentShape
{
    private const string Pkcs7Data = "1.2.840.113549.1.7.1";
    private const string Pkcs7SignedData = "1.2.840.113549.1.7.2";
    private const int Pkcs12Version = 3;
    private const byte Asn1SequenceTag = 0x30;

    public static BundleShape Of(ImmutableArray<SecretFile> files)
    {
        using var keys = new KeyRing();
        var shapes = ImmutableArray.CreateBuilder<FileShape>(files.Length);
        foreach (var file in files)
            shapes.Add(Look(file, keys));
        return new BundleShape(shapes.MoveToImmutable(), keys.Match());
    }

    private static FileShape Look(SecretFile file, KeyRing keys)
    {
        var content = file.Content.Expose();
        var text = content.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
            return new FileShape(file.Path, FileKind.Empty, null);
        if (content.IndexOf("-----BEGIN "u8) >= 0)
            return LookAtPem(file, content, keys);
        if (text[0] is (byte)'{' or (byte)'[' && IsJson(text))
            return new FileShape(file.Path, FileKind.Json, null);
        return new FileShape(file.Path, IsPkcs12(file.Content.ExposeMemory()) ? FileKind.Pkcs12 : FileKind.Other, null);
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>RFC 7292: PFX ::= SEQUENCE { version INTEGER {v3(3)}, authSafe ContentInfo, macData OPTIONAL }, and nothing behind it.</summary>
    private static bool IsPkcs12(ReadOnlyMemory<byte> content)
    {
        if (content.Span[0] != Asn1SequenceTag)
            return false; // most files: to be told so by an exception costs more than all else that is done with them
        try
        {
            var file = new AsnReader(content, AsnEncodingRules.BER);
            var pfx = file.ReadSequence();
            return !file.HasData && pfx.TryReadInt32(out var version) && version == Pkcs12Version
                && pfx.ReadSequence().ReadObjectIdentifier() is Pkcs7Data or Pkcs7SignedData;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>A file with a block that cannot be read, or one that is cut off, is no PEM file.</summary>
    private static FileShape LookAtPem(SecretFile file, ReadOnlySpan<byte> content, KeyRing keys)
    {
        var text = Encoding.UTF8.GetChars(content.ToArray());
        try
        {
            DateTimeOffset? notBefore = null;
            var rest = text.AsSpan();
            while (PemEncoding.TryFind(rest, out var block))
            {
                var label = rest[block.Label];
                if (label.SequenceEqual("CERTIFICATE"))
                    notBefore ??= keys.AddCertificate(rest[block.Location]);
                else if (label.EndsWith("PRIVATE KEY"))
                    keys.AddKey(rest[block.Location]);
                rest = rest[block.Location.End..];
            }
            var isWhole = rest.Length < text.Length && rest.IndexOf("-----BEGIN ") < 0;
            return new FileShape(file.Path, isWhole ? FileKind.Pem : FileKind.Other, notBefore);
        }
        catch (CryptographicException)
        {
            return new FileShape(file.Path, FileKind.Other, null);
        }
        finally
        {
            Array.Clear(text);
        }
    }

    /// <summary>The keys and leaf certificates of a bundle.</summary>
    private sealed class KeyRing : IDisposable
    {
        private readonly List<X509Certificate2> _leaves = [];
        private readonly List<byte[]> _publicKeys = [];

        /// <summary>Gives the beginning of its validity. A certificate authority is no partner of a key in a pod.</summary>
        public DateTimeOffset AddCertificate(ReadOnlySpan<char> pem)
        {
            var certificate = X509Certificate2.CreateFromPem(pem);
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
                _leaves.Add(certificate);
            return certificate.NotBefore.ToUniversalTime();
        }

        /// <summary>Keys of other kinds than RSA and ECDSA, and enciphered ones, are passed over.</summary>
        public void AddKey(ReadOnlySpan<char> pem)
        {
            using var rsa = RSA.Create();
            using var ecdsa = ECDsa.Create();
            if (PublicKeyOf(rsa, pem) is { } publicKey || (publicKey = PublicKeyOf(ecdsa, pem)) is not null)
                _publicKeys.Add(publicKey);
        }

        /// <summary>Null when there is no key, or no certificate that could belong to one.</summary>
        public bool? Match()
            => _publicKeys.Count == 0 || _leaves.Count == 0 ? null
                : _publicKeys.TrueForAll(key => _leaves.Exists(leaf => leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key)));

        public void Dispose()
        {
            foreach (var leaf in _leaves)
                leaf.Dispose();
        }

        private static byte[]? PublicKeyOf(AsymmetricAlgorithm key, ReadOnlySpan<char> pem)
        {
            try
            {
                key.ImportFromPem(pem);
                return key.ExportSubjectPublicKeyInfo();
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                return null;
            }
        }
    }
}
