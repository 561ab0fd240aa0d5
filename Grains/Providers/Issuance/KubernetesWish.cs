using System.Text.RegularExpressions;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>Provider <c>kubernetes</c>: a CertificateSigningRequest for a signer of the cluster's.</summary>
internal static partial class KubernetesWish
{
    private const int ShortestSeconds = 600; // certificates.k8s.io/v1: spec.expirationSeconds

    private static readonly string[] Known =
    [
        "signerName", .. RequestedNames.Options, "duration", KeyUsages.Option, .. CommonOptions.Key, "trustedCertificates", "fsGroup", "renewBefore", "reusePrivateKey",
        .. CertificateFiles.Options,
    ];

    public static CertificateWish Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = new OptionReader(secretClass, Known, faults);
        var signer = new CertificateIssuer("", "", SignerName(options));
        var names = RequestedNames.Read(options);
        var keyType = CommonOptions.KeyTypeOf(options, KeyType.All[0]);
        var duration = options.Duration("duration", ShortestSeconds);
        var usages = KeyUsages.Read(options, KeyUsages.ForBothEnds);
        var reusesKey = options.YesNo("reusePrivateKey");
        var wish = new CertificateWish
        {
            Issuer = signer,
            Files = CertificateFiles.Read(options, keyType, FileDefaults.Ours),
            Trusted = CommonOptions.Trusted(options),
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
                Kind = RequestKind.Kubernetes,
                Issuer = signer,
                Pod = pod,
                KeyType = keyType.Name,
                Subject = own.SubjectFor(pod),
                DnsNames = own.DnsNames,
                IpAddresses = own.IpAddresses,
                Uris = own.Uris,
                Duration = duration,
                Usages = usages,
                ReusesKey = reusesKey,
            };
        }
    }

    private static string SignerName(OptionReader options)
    {
        var name = CommonOptions.Required(options, "signerName", "a signer such as example.com/web");
        if (name.Length > 0 && !Signer().IsMatch(name))
            options.Fault("signerName", $"is '{Words.Clip(name)}', expected a domain and a path, such as example.com/web or clusterissuers.cert-manager.io/ca");
        return name;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[-A-Za-z0-9._:/]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Signer();
}
