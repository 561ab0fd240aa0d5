using ActorCsi.Telemetry.Http;
using ActorCsi.Telemetry.Otlp;
using ActorCsi.Telemetry.Prometheus;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Telemetry;

/// <summary>Adds what the process tells of itself to a host.</summary>
public static class TelemetryServices
{
    /// <summary>
    /// Serves metrics and health at <paramref name="address"/> (<c>:8095</c>, <c>127.0.0.1:8095</c>). To be added after the services that are more urgent: hosts start
    /// them in order. The health checks are the host's, by the tags of <see cref="HealthTags"/>.
    /// </summary>
    /// <exception cref="ArgumentException">It is no address; says what was expected.</exception>
    public static IServiceCollection AddHttpTelemetry(this IServiceCollection services, string address)
    {
        try
        {
            services.AddSingleton(HttpAddress.Parse(address));
        }
        catch (FormatException fault)
        {
            throw new ArgumentException($"metrics address: {fault.Message}", fault);
        }
        services.AddMetrics();
        services.AddHealthChecks();
        return services
            .AddSingleton<MetricStore>()
            .AddSingleton<MetricsPage>()
            .AddSingleton<HealthPages>()
            .AddSingleton<HttpDoor>()
            .AddHostedService(host => host.GetRequiredService<HttpDoor>());
    }

    /// <summary>Sends metrics and traces to a collector by OTLP.</summary>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public static IServiceCollection AddOtlp(this IServiceCollection services, OtlpOptions options)
    {
        options.Validate();
        return services.AddSingleton(options).AddHostedService<OtlpExport>();
    }
}
