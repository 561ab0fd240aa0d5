using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Provider <c>spiffe</c>: X.509-SVIDs from an issuer of cert-manager's, requested as csi-driver-spiffe does, so that its approver approves them.
/// </summary>
internal static class SpiffeWish
{
    public const string Group = "spiffe.csi.cert-manager.io/";

    /// <summary>The approver compares it with the URI.</summary>
    private const string IdentityAnnotation = Group + "identity";

    private static readonly string[] Known =
        [.. IssuerOptions.All, SpiffeId.TrustDomainOption, "duration", "trustedCertificates", "fsGroup", "renewBefore", .. CertificateFiles.Options];

    public static CertificateWish Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = AttributeReader.Read(secretClass, Group, Known, faults);
        var keyType = KeyType.All[0]; // the approver takes ECDSA P-256
        var issuer = IssuerOptions.Read(options);
        var trustDomain = SpiffeId.TrustDomain(options);
        var duration = options.Duration("duration", shortest: 1) ?? TimeSpan.FromHours(1);
        var wish = new CertificateWish
        {
            Issuer = issuer,
            Files = CertificateFiles.Read(options, keyType, FileDefaults.CertManagers),
            Trusted = CommonOptions.Trusted(options),
            RenewBefore = CommonOptions.RenewBefore(options),
            Group = CommonOptions.Group(options),
            OrderFor = pod => OrderFor(pod, issuer, SpiffeId.Of(trustDomain, pod).AbsoluteUri, keyType, duration),
        };
        faults.ThrowIfAny();
        return wish;
    }

    private static CertificateOrder OrderFor(PodIdentity pod, CertificateIssuer issuer, string identity, KeyType keyType, TimeSpan duration) => new()
    {
        Kind = RequestKind.CertManager,
        Issuer = issuer,
        Pod = pod,
        KeyType = keyType.Name,
        Subject = DistinguishedName.Empty.Encode(static value => value),
        Uris = [identity],
        Duration = duration,
        Usages = KeyUsages.ForBothEnds,
        Annotations = new StringMap([new(IdentityAnnotation, identity)]),
    };
}
