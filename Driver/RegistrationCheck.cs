using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorCsi.Driver;

/// <summary>Whether kubelet has registered the driver; without that it sends no volume.</summary>
internal sealed class RegistrationCheck(RegistrationService registration) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(registration.Fault is { } fault ? HealthCheckResult.Unhealthy(fault) : HealthCheckResult.Healthy());
}
