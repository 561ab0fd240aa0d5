using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>The providers of certificates that somebody else issues, for the host.</summary>
internal static class IssuanceServices
{
    /// <summary>Adds them. Where certificates can be requested is for the host to add: an <see cref="ICertificateRequests"/> for each kind.</summary>
    public static IServiceCollection AddIssuance(this IServiceCollection services, ProviderOptions options)
    {
        services.AddSingleton<CertificateVolumes>();
        foreach (var (name, read) in new (string, ReadWish)[] { ("cert-manager", CertManagerWish.Read), ("spiffe", SpiffeWish.Read), ("kubernetes", KubernetesWish.Read) })
            services.AddSingleton<ISecretProvider>(host => ActivatorUtilities.CreateInstance<IssuedCertificateProvider>(host, name, read, options.CertificatesRequestedBy));
        return services;
    }
}
