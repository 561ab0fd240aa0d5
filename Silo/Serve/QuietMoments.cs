using Microsoft.Extensions.Hosting;

namespace ActorCsi.Silo.Serve;

/// <summary>
/// Gives memory back when nothing happens. The runtime collects when a processor's cache worth of garbage has been made, which on a node can be tens of MiB
/// and hours away: a burst of pods would be paid for until then. A collection costs some 20 ms; in a quiet moment nobody waits for it.
/// </summary>
internal sealed class QuietMoments(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private const long WorthIt = 8 << 20; // bytes allocated since the last collection
    private const long Quiet = 1 << 20; // bytes allocated between two looks

    private long _atCollection;
    private long _atLook;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var looks = new PeriodicTimer(LookEvery, time);
        while (await looks.WaitForNextTickAsync(stoppingToken))
            Look(GC.GetTotalAllocatedBytes());
    }

    private void Look(long allocated)
    {
        if (allocated - _atLook < Quiet && allocated - _atCollection > WorthIt)
        {
            // Aggressive also hands the emptied memory back to the kernel.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _atCollection = allocated;
        }
        _atLook = allocated;
    }
}
