using ActorCsi.Grains.Providers.Pki;
using ActorCsi.Grains.Providers.Token;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers;

/// <summary>The providers, for the host.</summary>
public static class ProviderServices
{
    /// <summary>Adds what is built in, and plugins by their sockets.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services, ProviderOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ISecretProvider, TokenProvider>()
        .AddSingleton<IAuthoritySource>(host => Authority(options, host))
        .AddSingleton<ISecretProvider>(host => new PkiProvider(
            host.GetRequiredService<IAuthoritySource>(), host.GetRequiredService<TimeProvider>(), host.GetRequiredService<IOptions<VolumeOptions>>().Value.Chance))
        .AddSingleton<IProviderCatalog, ProviderCatalog>();

    private static IAuthoritySource Authority(ProviderOptions options, IServiceProvider host)
    {
        var time = host.GetRequiredService<TimeProvider>();
        return (options.PkiCertificate, options.PkiKey) switch
        {
            (null, null) => new LocalAuthority(options.StateDirectory, time, host.GetRequiredService<ILogger<LocalAuthority>>()),
            ({ } certificate, { } key) => new GivenAuthority(new AuthorityFiles(certificate, key, Trusted: null), time, host.GetRequiredService<ILogger<GivenAuthority>>()),
            _ => throw new ArgumentException("an authority is given as two files: --pki-ca-cert and --pki-ca-key belong together"),
        };
    }
}
