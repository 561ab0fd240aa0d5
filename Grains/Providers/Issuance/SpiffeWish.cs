using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Provider <c>spiffe</c>: X.509-SVIDs from an issuer of cert-manager's, requested as csi-driver-spiffe does, so that its approver approves them. As there, the driver may be
/// told who issues and what to trust, and both are followed while it runs.
/// </summary>
/// <param name="isToldIssuer">Whether <see cref="IIssuerConfig"/> says which issuer is asked where a class does not.</param>
/// <param name="file">What is to be trusted where a class does not say it; null where the issuer says it.</param>
/// <param name="cluster">ClusterTrustBundles.</param>
internal sealed class SpiffeWish(bool isToldIssuer, TrustFile? file, IClusterTrust cluster) : IWishReader
{
    private const string Group = "spiffe.csi.cert-manager.io/";

    private static readonly string[] Known =
        [.. IssuerOptions.All, SpiffeId.TrustDomainOption, "duration", .. TrustOptions.All, "fsGroup", "renewBefore", .. CertificateFiles.Options];

    /// <inheritdoc/>
    public event Action? TrustChanged
    {
        add
        {
            file?.Changed += value;
            cluster.Changed += value;
        }
        remove
        {
            file?.Changed -= value;
            cluster.Changed -= value;
        }
    }

    /// <inheritdoc/>
    public CertificateWish Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = AttributeReader.Read(secretClass, Group, Known, faults);
        var keyType = KeyType.All[0]; // the approver takes ECDSA P-256
        var namesIssuer = IssuerOptions.AreGiven(options);
        var trusted = TrustOptions.Read(options, cluster);
        var wish = new CertificateWish
        {
            Kind = RequestKind.CertManager,
            Issuer = namesIssuer || !isToldIssuer ? IssuerOptions.Read(options) : null,
            FollowsIssuer = isToldIssuer && (secretClass.IsInline || !namesIssuer), // such volumes say nothing of an issuer themselves: those are the driver's defaults
            InsistsOnNames = true,
            TrustDomain = SpiffeId.TrustDomain(options),
            IdentityAnnotation = Group + "identity",
            Annotations = options.Others,
            KeyType = keyType,
            Duration = options.Duration("duration", shortest: 1) ?? TimeSpan.FromHours(1),
            Usages = KeyUsages.ForBothEnds,
            Files = CertificateFiles.Read(options, keyType, FileDefaults.CertManagers),
            Trusted = trusted.Pem,
            TrustedBy = trusted is (null, null) ? file : trusted.Keeper,
            RenewBefore = CommonOptions.RenewBefore(options),
            Group = CommonOptions.Group(options),
        };
        faults.ThrowIfAny();
        return wish;
    }
}
