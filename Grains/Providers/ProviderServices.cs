using ActorCsi.Grains.Providers.Pki;
using ActorCsi.Grains.Providers.Token;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Grains.Providers;

/// <summary>The providers, for the host.</summary>
public static class ProviderServices
{
    /// <summary>Adds what is built in, and plugins by their sockets.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services, ProviderOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ISecretProvider, TokenProvider>()
        .AddPki(options)
        .AddSingleton<IProviderCatalog, ProviderCatalog>();
}
