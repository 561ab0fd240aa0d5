using ActorCsi.Grains.Providers;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>Wakes every volume that was published when the process ended. Each looks after itself; no provider is asked for content.</summary>
public sealed class ResumeVolumes(IVolumeIndex index, IGrainFactory grains, IProviderCatalog providers, TimeProvider time, ILogger<ResumeVolumes> log)
{
    /// <summary>Resumes all volumes. One that fails is logged and does not stop the others.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var volumes = await index.List();
        foreach (var volume in volumes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await grains.GetGrain<IVolumeGrain>(volume).Resume();
            }
            catch (Exception failure)
            {
                Log.NotResumed(log, volume, failure);
            }
        }
        try
        {
            await providers.Resume();
        }
        catch (Exception failure)
        {
            Log.ProvidersNotResumed(log, failure);
        }
        Log.AllResumed(log, volumes.Length, time.GetElapsedTime(started).TotalMilliseconds);
    }
}
