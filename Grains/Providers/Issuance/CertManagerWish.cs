using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Provider <c>cert-manager</c>: the attributes of cert-manager's CSI driver, in the volume itself or in a class.
/// </summary>
internal static class CertManagerWish
{
    public const string Group = "csi.cert-manager.io/";

    private static readonly string[] Known =
    [
        .. IssuerOptions.All, .. RequestedNames.Options, "duration", "isCa", KeyUsages.Option, .. CommonOptions.Key, "fsGroup", "renewBefore", "reusePrivateKey", .. CertificateFiles.Options,
    ];

    public static CertificateWish Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = AttributeReader.Read(secretClass, Group, Known, faults);
        var issuer = IssuerOptions.Read(options);
        var names = RequestedNames.Read(options);
        var keyType = CommonOptions.KeyTypeOf(options, KeyType.Rsa(2048));
        var duration = options.Duration("duration", shortest: 1) ?? TimeSpan.FromDays(90);
        var isAuthority = options.YesNo("isCa");
        var usages = KeyUsages.Read(options, KeyUsages.ForTls);
        var reusesKey = options.YesNo("reusePrivateKey");
        var wish = new CertificateWish
        {
            Issuer = issuer,
            Files = CertificateFiles.Read(options, keyType, FileDefaults.CertManagers),
            WritesEmptyAuthority = true,
            RenewBefore = CommonOptions.RenewBefore(options),
            Group = CommonOptions.Group(options),
            OrderFor = OrderFor,
        };
        faults.ThrowIfAny();
        return wish;

        CertificateOrder OrderFor(PodIdentity pod)
        {
            var own = names.For(pod, secretClass);
            return new CertificateOrder
            {
                Kind = RequestKind.CertManager,
                Issuer = issuer,
                Pod = pod,
                KeyType = keyType.Name,
                Subject = own.SubjectFor(pod),
                DnsNames = own.DnsNames,
                IpAddresses = own.IpAddresses,
                Uris = own.Uris,
                Duration = duration,
                IsAuthority = isAuthority,
                Usages = usages,
                Annotations = options.Others,
                ReusesKey = reusesKey,
            };
        }
    }
}
