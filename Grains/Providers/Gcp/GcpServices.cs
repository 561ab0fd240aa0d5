using ActorCsi.Grains.Providers.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>The gcp provider, for the host.</summary>
internal static class GcpServices
{
    /// <summary>Adds it.</summary>
    internal static IServiceCollection AddGcp(this IServiceCollection services, ProviderOptions options) => services
        .AddSingleton(new GcpSettings(options.Environment))
        .AddSingleton<DriverCredentials>()
        .AddSingleton<MetadataServer>()
        .AddSingleton<WorkloadPools>()
        .AddSingleton<GoogleTokens>()
        .AddSingleton<GoogleSecrets>()
        .AddSingleton<GcpIdentities>()
        .AddSingleton(host => new KeptLogins<GcpAccount, Secret>(host.GetRequiredService<TimeProvider>()))
        .AddSingleton<ISecretProvider, GcpProvider>();
}
