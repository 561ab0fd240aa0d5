using ActorCsi.Grains.Providers.Issuance;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Cluster.Issuance;

/// <summary>Where certificates are requested, for the host.</summary>
public static class IssuanceServices
{
    /// <summary>
    /// Adds CertificateRequests of cert-manager and CertificateSigningRequests, and what of the cluster says who issues and what to trust; comes after the providers. The
    /// host adds <see cref="Kubernetes.IKubernetes"/>.
    /// </summary>
    public static IServiceCollection AddCertificateRequests(this IServiceCollection services) => services
        .AddSingleton<ICertificateRequests, CertManagerRequests>().AddSingleton<ICertificateRequests, SigningRequests>()
        .AddSingleton<IClusterTrust, ClusterTrustBundles>()
        .AddSingleton<IssuerConfigMap>().AddSingleton<IIssuerConfig>(host => host.GetRequiredService<IssuerConfigMap>()).AddHostedService(host => host.GetRequiredService<IssuerConfigMap>());
}
