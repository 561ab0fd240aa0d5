using ActorCsi.Grains.Providers.Issuance;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Cluster.Issuance;

/// <summary>Where certificates are requested, for the host.</summary>
public static class IssuanceServices
{
    /// <summary>Adds CertificateRequests of cert-manager and CertificateSigningRequests. The host adds <see cref="Kubernetes.IKubernetes"/>.</summary>
    public static IServiceCollection AddCertificateRequests(this IServiceCollection services)
        => services.AddSingleton<ICertificateRequests, CertManagerRequests>().AddSingleton<ICertificateRequests, SigningRequests>();
}
