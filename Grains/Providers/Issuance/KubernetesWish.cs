using System.Text.RegularExpressions;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>Provider <c>kubernetes</c>: a CertificateSigningRequest for a signer of the cluster's.</summary>
/// <param name="cluster">ClusterTrustBundles.</param>
internal sealed partial class KubernetesWish(IClusterTrust cluster) : IWishReader
{
    private const int ShortestSeconds = 600; // certificates.k8s.io/v1: spec.expirationSeconds

    private static readonly string[] Known =
    [
        "signerName", .. RequestedNames.Options, "duration", KeyUsages.Option, .. CommonOptions.Key, .. TrustOptions.All, "fsGroup", "renewBefore", "reusePrivateKey",
        .. CertificateFiles.Options,
    ];

    /// <inheritdoc/>
    public event Action? TrustChanged
    {
        add => cluster.Changed += value;
        remove => cluster.Changed -= value;
    }

    /// <inheritdoc/>
    public CertificateWish Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = new OptionReader(secretClass, Known, faults);
        var keyType = CommonOptions.KeyTypeOf(options, KeyType.All[0]);
        var trusted = TrustOptions.Read(options, cluster);
        var wish = new CertificateWish
        {
            Kind = RequestKind.Kubernetes,
            Issuer = new CertificateIssuer("", "", SignerName(options)),
            Names = RequestedNames.Read(options),
            InsistsOnNames = true,
            KeyType = keyType,
            Duration = options.Duration("duration", ShortestSeconds),
            Usages = KeyUsages.Read(options, KeyUsages.ForBothEnds),
            ReusesKey = options.YesNo("reusePrivateKey"),
            Files = CertificateFiles.Read(options, keyType, FileDefaults.Ours),
            Trusted = trusted.Pem,
            TrustedBy = trusted.Keeper,
            RenewBefore = CommonOptions.RenewBefore(options),
            Group = CommonOptions.Group(options),
        };
        faults.ThrowIfAny();
        return wish;
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
