using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>The provider <c>aws</c>, for the host.</summary>
internal static class AwsServices
{
    public static IServiceCollection AddAws(this IServiceCollection services, ProviderOptions options) => services
        .AddSingleton(new AwsEndpoints(options.Environment))
        .AddSingleton<AwsClient>()
        .AddSingleton<AwsLogins>()
        .AddSingleton<ISecretProvider, AwsProvider>();
}
