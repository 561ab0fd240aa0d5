using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>The azure provider, for the host.</summary>
internal static class AzureServices
{
    public static IServiceCollection AddAzure(this IServiceCollection services) => services
        .AddSingleton<AzureIdentities>()
        .AddSingleton<AzureLogins>()
        .AddSingleton<ISecretProvider, AzureProvider>();
}
