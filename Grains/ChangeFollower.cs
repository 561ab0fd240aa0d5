using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>
/// Tells volumes when what they follow has changed: those of a class, when it has; all of them, when a provider gives something else now. Each looks whether that concerns it, and
/// then chooses its own time for the refresh (<see cref="VolumeOptions.ClassChangeSpread"/>): one edit must not send a whole cluster to the secret store in the same second.
/// </summary>
internal sealed class ChangeFollower(
    IClassSource classes, MountedClasses mounted, IEnumerable<ISecretProvider> providers, IVolumeIndex volumes, IGrainFactory grains, ILogger<ChangeFollower> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        classes.Changed += TellVolumesOf;
        foreach (var provider in providers)
            provider.Changed += TellAll;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        classes.Changed -= TellVolumesOf;
        foreach (var provider in providers)
            provider.Changed -= TellAll;
        return Task.CompletedTask;
    }

    private void TellVolumesOf(ClassName name) => Tell(mounted.VolumesOf(name));

    private void TellAll() => _ = ListAndTell();

    private async Task ListAndTell()
    {
        try
        {
            Tell(await volumes.List());
        }
        catch (Exception failure)
        {
            Log.ChangeNotTold(log, "all", failure);
        }
    }

    private void Tell(IEnumerable<string> concerned)
    {
        foreach (var volume in concerned)
            _ = Tell(volume); // each in a turn of its own; whoever raised the event waits for none
    }

    private async Task Tell(string volume)
    {
        try
        {
            await grains.GetGrain<IVolumeGrain>(volume).Follow();
        }
        catch (Exception failure) // nobody is there to be told; what is due later finds the change as well
        {
            Log.ChangeNotTold(log, volume, failure);
        }
    }
}
