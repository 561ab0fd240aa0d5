using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorCsi.Driver;

/// <summary>Adds the CSI side to a host.</summary>
public static class DriverServices
{
    /// <summary>
    /// Serves CSI, registration and operators as <paramref name="options"/> say. The host brings <see cref="IGrainFactory"/>, <see cref="IVolumeIndex"/> and
    /// <see cref="IPublishMetrics"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The options make no sense; one line for each fault.</exception>
    public static IServiceCollection AddCsiDriver(this IServiceCollection services, CsiDriverOptions options)
    {
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        return services
            .AddSingleton(options)
            .AddSingleton<RpcMetrics>()
            .AddSingleton<Border>()
            .AddSingleton<NodeService>()
            .AddSingleton<IdentityService>()
            .AddSingleton<ControllerService>()
            .AddSingleton<HealthService>()
            .AddSingleton<AdminService>()
            .AddSingleton<RegistrationService>()
            .AddHostedService<CsiDriver>();
    }

    /// <summary>
    /// Adds the CSI side's health checks: that the CSI socket answers, under the tags <paramref name="live"/> and <paramref name="ready"/>, and that kubelet has
    /// registered the driver, where it is to do so itself, under <paramref name="ready"/>.
    /// </summary>
    public static IHealthChecksBuilder AddCsiDriver(this IHealthChecksBuilder checks, string live, string ready)
        => checks.AddCheck<CsiSocketCheck>("csi-socket", tags: [live, ready]).AddCheck<RegistrationCheck>("registration", tags: [ready]);
}
