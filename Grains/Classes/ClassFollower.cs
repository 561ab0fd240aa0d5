using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Classes;

/// <summary>
/// Tells the volumes of a class when it has changed. Each volume then chooses its own time for the refresh (<see cref="VolumeOptions.ClassChangeSpread"/>): one edit must
/// not send a whole cluster to the secret store in the same second.
/// </summary>
internal sealed class ClassFollower(IClassSource classes, MountedClasses mounted, IGrainFactory grains, ILogger<ClassFollower> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        classes.Changed += Tell;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        classes.Changed -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(ClassName name)
    {
        foreach (var volume in mounted.VolumesOf(name))
            _ = Tell(volume); // each in a turn of its own; whoever raised the event waits for none
    }

    private async Task Tell(string volume)
    {
        try
        {
            await grains.GetGrain<IVolumeGrain>(volume).FollowClass();
        }
        catch (Exception failure) // nobody is there to be told; the next republish finds the change as well
        {
            Log.ClassNotFollowed(log, volume, failure);
        }
    }
}
