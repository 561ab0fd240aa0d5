using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>What a class asks for, read and checked: the order for a pod, and what becomes of the answer.</summary>
internal sealed record CertificateWish
{
    /// <summary>Who issues.</summary>
    public required CertificateIssuer Issuer { get; init; }

    /// <summary>The order for a pod.</summary>
    public required Func<PodIdentity, CertificateOrder> OrderFor { get; init; }

    /// <summary>The files.</summary>
    public required CertificateFiles Files { get; init; }

    /// <summary>The certificates to trust, as PEM, where the class says them; else the issuer may.</summary>
    public byte[]? Trusted { get; init; }

    /// <summary>Whether there is a file of certificates to trust even where nobody says any.</summary>
    public bool WritesEmptyAuthority { get; init; }

    /// <summary>How long before its end the certificate is renewed; null for a third of its life.</summary>
    public TimeSpan? RenewBefore { get; init; }

    /// <summary>The group of the files; null leaves it to the pod's fsGroup.</summary>
    public uint? Group { get; init; }
}

/// <summary>Reads what a class, or a volume without one, asks for.</summary>
/// <exception cref="VolumeException">It makes no sense; tells every fault.</exception>
internal delegate CertificateWish ReadWish(SecretProviderClass secretClass);
