using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>What a class asks for, read and checked: what the certificate is to be, and what becomes of it.</summary>
internal sealed record CertificateWish
{
    /// <summary>Which kind of request it becomes.</summary>
    public required RequestKind Kind { get; init; }

    /// <summary>Who issues; null where only <see cref="IIssuerConfig"/> may say it.</summary>
    public required CertificateIssuer? Issuer { get; init; }

    /// <summary>Whether the issuer that <see cref="IIssuerConfig"/> names comes before <see cref="Issuer"/>.</summary>
    public bool FollowsIssuer { get; init; }

    /// <summary>The names, with variables still in them.</summary>
    public RequestedNames Names { get; init; } = RequestedNames.None;

    /// <summary>Whether a certificate that does not bear all of them is refused.</summary>
    public bool InsistsOnNames { get; init; }

    /// <summary>The trust domain, where the one name is the pod's SPIFFE id; null elsewhere.</summary>
    public string? TrustDomain { get; init; }

    /// <summary>The annotation that says the SPIFFE id too, for approvers.</summary>
    public string IdentityAnnotation { get; init; } = "";

    /// <summary>The kind of the key pair.</summary>
    public required KeyType KeyType { get; init; }

    /// <summary>How long it shall be good for; null leaves it to the issuer.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether it shall be able to sign others.</summary>
    public bool IsAuthority { get; init; }

    /// <summary>What it shall be good for.</summary>
    public required ImmutableArray<string> Usages { get; init; }

    /// <summary>Annotations of the request.</summary>
    public StringMap Annotations { get; init; } = StringMap.Empty;

    /// <summary>Whether the key that the volume has is used again.</summary>
    public bool ReusesKey { get; init; }

    /// <summary>The files.</summary>
    public required CertificateFiles Files { get; init; }

    /// <summary>The certificates to trust, as PEM, where the class says them; else <see cref="TrustedBy"/>, or else the issuer may.</summary>
    public byte[]? Trusted { get; init; }

    /// <summary>Who keeps the certificates to trust; null for nobody but class and issuer.</summary>
    public ITrustBundle? TrustedBy { get; init; }

    /// <summary>Whether there is a file of certificates to trust even where nobody says any.</summary>
    public bool WritesEmptyAuthority { get; init; }

    /// <summary>How long before its end the certificate is renewed; null for a third of its life.</summary>
    public TimeSpan? RenewBefore { get; init; }

    /// <summary>The group of the files; null leaves it to the pod's fsGroup.</summary>
    public uint? Group { get; init; }

    /// <summary>The order for a pod.</summary>
    /// <exception cref="VolumeException">With the pod's values in them, names are none.</exception>
    public CertificateOrder OrderFor(PodIdentity pod, CertificateIssuer issuer, SecretProviderClass secretClass)
    {
        var names = Names.For(pod, secretClass);
        var identity = TrustDomain is null ? null : SpiffeId.Of(TrustDomain, pod).AbsoluteUri;
        return new CertificateOrder
        {
            Kind = Kind,
            Issuer = issuer,
            Pod = pod,
            KeyType = KeyType.Name,
            Subject = names.SubjectFor(pod),
            DnsNames = names.DnsNames,
            IpAddresses = names.IpAddresses,
            Uris = identity is null ? names.Uris : [identity],
            Duration = Duration,
            IsAuthority = IsAuthority,
            Usages = Usages,
            InsistsOnNames = InsistsOnNames,
            Annotations = identity is null ? Annotations : new StringMap([.. Annotations, new(IdentityAnnotation, identity)]),
        };
    }
}

/// <summary>Reads what a class, or a volume without one, asks for.</summary>
internal interface IWishReader
{
    /// <summary>What <paramref name="secretClass"/> asks for.</summary>
    /// <exception cref="VolumeException">It makes no sense; tells every fault.</exception>
    CertificateWish Read(SecretProviderClass secretClass);

    /// <summary>One of the <see cref="ITrustBundle"/>s has changed.</summary>
    event Action? TrustChanged
    {
        add { }
        remove { }
    }
}
