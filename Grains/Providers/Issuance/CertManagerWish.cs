using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Provider <c>cert-manager</c>: the attributes of cert-manager's CSI driver, in the volume itself or in a class.
/// </summary>
internal sealed class CertManagerWish : IWishReader
{
    private const string Group = "csi.cert-manager.io/";

    private static readonly string[] Known =
    [
        .. IssuerOptions.All, .. RequestedNames.Options, "duration", "isCa", KeyUsages.Option, .. CommonOptions.Key, "fsGroup", "renewBefore", "reusePrivateKey", .. CertificateFiles.Options,
    ];

    /// <inheritdoc/>
    public CertificateWish Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = AttributeReader.Read(secretClass, Group, Known, faults);
        var keyType = CommonOptions.KeyTypeOf(options, KeyType.Rsa(2048));
        var wish = new CertificateWish
        {
            Kind = RequestKind.CertManager,
            Issuer = IssuerOptions.Read(options),
            Names = RequestedNames.Read(options), // as there, issuers may leave some out
            KeyType = keyType,
            Duration = options.Duration("duration", shortest: 1) ?? TimeSpan.FromDays(90),
            IsAuthority = options.YesNo("isCa"),
            Usages = KeyUsages.Read(options, KeyUsages.ForTls),
            Annotations = options.Others,
            ReusesKey = options.YesNo("reusePrivateKey"),
            Files = CertificateFiles.Read(options, keyType, FileDefaults.CertManagers),
            WritesEmptyAuthority = true,
            RenewBefore = CommonOptions.RenewBefore(options),
            Group = CommonOptions.Group(options),
        };
        faults.ThrowIfAny();
        return wish;
    }
}
