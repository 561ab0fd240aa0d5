using ActorCsi.Grains.Providers.Aws;
using ActorCsi.Grains.Providers.Azure;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Providers.Gcp;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Grains.Providers.Pki;
using ActorCsi.Grains.Providers.Sources;
using ActorCsi.Grains.Providers.Token;
using ActorCsi.Grains.Providers.Vault;
using ActorCsi.Grains.Tmpfs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers;

/// <summary>The providers, for the host.</summary>
public static class ProviderServices
{
    /// <summary>Adds what is built in, and plugins by their sockets.</summary>
    /// <exception cref="ArgumentException">The options make no sense; tells every fault.</exception>
    public static IServiceCollection AddProviders(this IServiceCollection services, ProviderOptions options)
    {
        options.Validate();
        return services
            .AddSingleton(options)
            .AddSingleton(host => new ProviderHttp(
                options.Http, Chance(host), host.GetRequiredService<TimeProvider>(), host.GetRequiredService<ProviderMetrics>(), host.GetRequiredService<ILogger<ProviderHttp>>()))
            .AddSingleton<IServiceAccounts, NoServiceAccounts>() // with an API server, those of the cluster are added later, and count
            .AddSingleton<INodeLabels, NoNodeLabels>()
            .AddSingleton<ISecretProvider, TokenProvider>()
            .AddSingleton<KeyMaker>()
            .AddSingleton<ISecretProvider>(host => new PkiProvider(Authority(options, host), host.GetRequiredService<KeyMaker>(), Chance(host), host.GetRequiredService<TimeProvider>()))
            .AddVault(options)
            .AddAws(options)
            .AddAzure()
            .AddGcp(options)
            .AddSources()
            .AddIssuance(options)
            .AddSingleton<IProviderCatalog, ProviderCatalog>();
    }

    private static IServiceCollection AddVault(this IServiceCollection services, ProviderOptions options)
    {
        services.AddSingleton<VaultAccounts>().AddSingleton<IStoreLogins>(host => host.GetRequiredService<VaultAccounts>());
        services.AddSingleton<VaultVolumes>();
        services.AddSingleton(host => ActivatorUtilities.CreateInstance<VaultVersionKey>(host, Path.Combine(options.StateDirectory, "vault", "versions.key")));
        foreach (var flavor in new[] { VaultFlavor.Vault, VaultFlavor.OpenBao })
            services.AddSingleton<ISecretProvider>(host => ActivatorUtilities.CreateInstance<VaultProvider>(host, flavor, options.Environment));
        return services;
    }

    /// <summary>It is in the catalogue that it looks into, and there are hosts that mount nothing: so both are looked up when they are needed.</summary>
    private static IServiceCollection AddSources(this IServiceCollection services)
        => services.AddSingleton<ISecretProvider>(host => ActivatorUtilities.CreateInstance<SourcesProvider>(
            host, new Lazy<IProviderCatalog>(host.GetRequiredService<IProviderCatalog>), new Lazy<ITmpfs>(host.GetRequiredService<ITmpfs>)));

    private static Func<double> Chance(IServiceProvider host) => host.GetRequiredService<IOptions<VolumeOptions>>().Value.Chance;

    private static IAuthoritySource Authority(ProviderOptions options, IServiceProvider host)
    {
        var time = host.GetRequiredService<TimeProvider>();
        return options is { PkiCertificate: { } certificate, PkiKey: { } key }
            ? new GivenAuthority(new AuthorityFiles(certificate, key, options.PkiTrusted), time, host.GetRequiredService<ILogger<GivenAuthority>>())
            : new LocalAuthority(Path.Combine(options.StateDirectory, "pki"), time, host.GetRequiredService<ILogger<LocalAuthority>>());
    }
}
