using ActorCsi.Grains;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Silo.Serve;

/// <summary>Wakes the volumes of the last run once the socket is open. The driver is ready when all are awake.</summary>
internal sealed class Resumption(ResumeVolumes volumes) : BackgroundService, IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(ExecuteTask is { IsCompleted: true } ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the volumes of the last run are not all awake yet"));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => volumes.Run(stoppingToken);
}
