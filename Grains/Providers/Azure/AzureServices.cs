using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>The azure provider, for the host.</summary>
internal static class AzureServices
{
    public static IServiceCollection AddAzure(this IServiceCollection services, ProviderOptions options) => services
        .AddSingleton<AzureIdentities>()
        .AddSingleton<AzureLogins>()
        .AddSingleton<ISecretProvider>(host => ActivatorUtilities.CreateInstance<AzureProvider>(host, options.Environment));
}
