using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorCsi.Driver;

/// <summary>Adds the CSI side to a host.</summary>
public static class DriverServices
{
    /// <summary>
    /// Serves CSI, registration and operators as <paramref name="options"/> say. The host brings <see cref="IGrainFactory"/> and <see cref="IVolumeIndex"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The options make no sense; one line for each fault.</exception>
    public static IServiceCollection AddCsiDriver(this IServiceCollection services, CsiDriverOptions options)
    {
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options)
            .AddSingleton<Border>()
            .AddSingleton<NodeService>()
            .AddSingleton<IdentityService>()
            .AddSingleton<HealthService>()
            .AddSingleton<AdminService>()
            .AddSingleton<RegistrationService>()
            .AddHostedService<CsiDriver>();
    }
}
