using ActorCsi.Grains;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Silo.Serve;

/// <summary>Wakes the volumes of the last run once the socket is open.</summary>
internal sealed class Resumption(ResumeVolumes volumes) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => volumes.Run(stoppingToken);
}
