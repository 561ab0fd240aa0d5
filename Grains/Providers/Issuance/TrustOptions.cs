using System.Text;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>What a class says is to be trusted: the certificates themselves, or ClusterTrustBundles that hold them.</summary>
internal static class TrustOptions
{
    private const string Certificates = "trustedCertificates";
    private const string Bundle = "clusterTrustBundle";
    private const string Signer = "clusterTrustBundleSigner";
    private const string Labels = "clusterTrustBundleLabels";

    public static readonly string[] All = [Certificates, Bundle, Signer, Labels];

    /// <summary>One of the two, or none.</summary>
    public static (byte[]? Pem, ITrustBundle? Keeper) Read(OptionReader options, IClusterTrust cluster)
    {
        string[] ways = [.. new[] { Certificates, Bundle, Signer }.Where(option => options[option] is not null)];
        foreach (var other in ways.Skip(1))
            options.Fault(other, $"is given beside {options.Written(ways[0])}, expected one of them");
        if (options[Labels] is not null && options[Signer] is null)
            options.Fault(Labels, $"is given without {options.Written(Signer)}");
        return ways is [Bundle or Signer] ? (null, cluster.Follow(new TrustSelection(options[Bundle], options[Signer], options[Labels]))) : (Pem(options), null);
    }

    private static byte[]? Pem(OptionReader options)
    {
        if (options[Certificates] is not { } text)
            return null;
        var pem = Encoding.UTF8.GetBytes(text);
        if (!IssuedChains.HoldsCertificates(pem))
            options.Fault(Certificates, "holds no certificate that can be read, expected PEM blocks CERTIFICATE");
        return pem;
    }
}
