using ActorCsi.Grains.Tmpfs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>The providers of certificates that somebody else issues, for the host.</summary>
internal static class IssuanceServices
{
    /// <summary>Adds them. Where certificates can be requested is for the host to add: an <see cref="ICertificateRequests"/> for each kind.</summary>
    public static IServiceCollection AddIssuance(this IServiceCollection services, ProviderOptions options)
    {
        services.AddSingleton<CertificateVolumes>()
            .AddSingleton<IIssuerConfig, NoIssuerConfig>().AddSingleton<IClusterTrust, NoClusterTrust>(); // with an API server, those of the cluster are added later, and count
        if (options.SpiffeTrusted is { } path)
            services.AddSingleton(host => new TrustFile(path, host.GetRequiredService<TimeProvider>(), host.GetRequiredService<ILogger<TrustFile>>()))
                .AddHostedService(host => host.GetRequiredService<TrustFile>());
        Add("cert-manager", _ => new CertManagerWish());
        Add("spiffe", host => new SpiffeWish(options.SpiffeIssuer is not null, host.GetService<TrustFile>(), host.GetRequiredService<IClusterTrust>()));
        Add("kubernetes", host => new KubernetesWish(host.GetRequiredService<IClusterTrust>()));
        return services;

        void Add(string name, Func<IServiceProvider, IWishReader> wishes) => services.AddSingleton<ISecretProvider>(host => ActivatorUtilities.CreateInstance<IssuedCertificateProvider>(
            host, name, wishes(host), options.CertificatesRequestedBy, new Lazy<ITmpfs>(host.GetRequiredService<ITmpfs>)));
    }
}
