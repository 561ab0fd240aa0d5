using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>
/// Wakes every volume that was published when the process ended. Each looks after itself; no provider is asked.
/// </summary>
/// <remarks>The reminder table is the list of volumes: a volume has its reminder from before its mount until after its unmount.</remarks>
public sealed class ResumeVolumes(IReminderTable reminders, IGrainFactory grains, TimeProvider time, ILogger<ResumeVolumes> log)
{
    /// <summary>Resumes all volumes. One that fails is logged and does not stop the others.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var table = await reminders.ReadRows(0, 0); // from 0 to 0 is the whole ring
        var volumes = table.Reminders.Where(row => row.ReminderName == VolumeGrain.ReminderName).ToList();
        foreach (var volume in volumes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await grains.GetGrain<IVolumeGrain>(volume.GrainId.Key.ToString()).Resume();
            }
            catch (Exception failure)
            {
                Log.NotResumed(log, volume.GrainId.Key.ToString(), failure);
            }
        }
        Log.AllResumed(log, volumes.Count, time.GetElapsedTime(started).TotalMilliseconds);
    }
}
