using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>A kind of key pair that a class can ask for.</summary>
/// <param name="Name">As it is written in <c>parameters.keyType</c>, whatever the case.</param>
/// <param name="Create">Makes a new pair. RSA keys are made when they are first used.</param>
/// <param name="IsRsa">Whether it is RSA: slow to make, and able to encipher keys.</param>
internal sealed record KeyType(string Name, Func<AsymmetricAlgorithm> Create, bool IsRsa)
{
    private const string RsaPrefix = "rsa-";

    /// <summary>All that have a name of their own; the first is the default.</summary>
    public static IReadOnlyList<KeyType> All { get; } =
    [
        new("ecdsa-p256", () => ECDsa.Create(ECCurve.NamedCurves.nistP256), IsRsa: false),
        new("ecdsa-p384", () => ECDsa.Create(ECCurve.NamedCurves.nistP384), IsRsa: false),
        new("ecdsa-p521", () => ECDsa.Create(ECCurve.NamedCurves.nistP521), IsRsa: false),
        Rsa(2048),
        Rsa(3072),
        Rsa(4096),
    ];

    /// <summary>RSA of <paramref name="bits"/> bits.</summary>
    public static KeyType Rsa(int bits) => new($"{RsaPrefix}{bits}", () => RSA.Create(bits), IsRsa: true);

    /// <summary>The kind called <paramref name="name"/>, or null.</summary>
    public static KeyType? Find(string name) => All.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The kind that has that <see cref="Name"/>, also one that is not in <see cref="All"/>.</summary>
    public static KeyType Named(string name) => Find(name) ?? Rsa(int.Parse(name.AsSpan(RsaPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture));

    /// <summary>The key pair of this kind in <paramref name="pkcs8"/>, as <see cref="AsymmetricAlgorithm.ExportPkcs8PrivateKey"/> writes it.</summary>
    public AsymmetricAlgorithm Import(Secret pkcs8)
    {
        AsymmetricAlgorithm key = IsRsa ? RSA.Create() : ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8.Expose(), out _);
        return key;
    }

    /// <summary>The key pair in a PEM text, PKCS#8 or PKCS#1; null where it holds none of this kind.</summary>
    public AsymmetricAlgorithm? ImportPem(Secret pem)
    {
        AsymmetricAlgorithm key = IsRsa ? RSA.Create() : ECDsa.Create();
        var text = new char[pem.Length];
        try
        {
            Encoding.ASCII.GetChars(pem.Expose(), text);
            key.ImportFromPem(text);
            if (Name == (IsRsa ? $"{RsaPrefix}{key.KeySize}" : $"ecdsa-p{key.KeySize}"))
                return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Then it is none.
        }
        finally
        {
            Array.Clear(text);
        }
        key.Dispose();
        return null;
    }
}
