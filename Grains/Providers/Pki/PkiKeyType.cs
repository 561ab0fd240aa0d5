using System.Security.Cryptography;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>A kind of key pair that a class can ask for.</summary>
/// <param name="Name">As it is written in <c>parameters.keyType</c>, whatever the case.</param>
/// <param name="Create">Makes a new pair. RSA keys are made when they are first used.</param>
/// <param name="IsRsa">Whether it is RSA: slow to make, and able to encipher keys.</param>
internal sealed record PkiKeyType(string Name, Func<AsymmetricAlgorithm> Create, bool IsRsa)
{
    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<PkiKeyType> All { get; } =
    [
        new("ecdsa-p256", () => ECDsa.Create(ECCurve.NamedCurves.nistP256), IsRsa: false),
        new("ecdsa-p384", () => ECDsa.Create(ECCurve.NamedCurves.nistP384), IsRsa: false),
        new("ecdsa-p521", () => ECDsa.Create(ECCurve.NamedCurves.nistP521), IsRsa: false),
        new("rsa-2048", () => RSA.Create(2048), IsRsa: true),
        new("rsa-3072", () => RSA.Create(3072), IsRsa: true),
        new("rsa-4096", () => RSA.Create(4096), IsRsa: true),
    ];

    /// <summary>The kind called <paramref name="name"/>, or null.</summary>
    public static PkiKeyType? Find(string name) => All.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
