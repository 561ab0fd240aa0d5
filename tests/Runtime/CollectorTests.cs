using ActorCsi.GrainEngine;
using Orleans.Configuration;

namespace ActorCsi.Tests.Runtime;

/// <summary>The idle collector, turn by turn.</summary>
public sealed class CollectorTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Call_OnItsWayWhenTheCollectorComes_KeepsTheActivation()
    {
        var scheduler = new ManualScheduler();
        var silo = await Start(scheduler);
        var grain = silo.Grains.GetGrain<IInlineGrain>("one");
        _ = grain.Thread();
        scheduler.RunUntilIdle();
        Assert.True(silo.Cluster.TryGetGrainContext(grain.GetGrainId(), out var activation));

        silo.Time.Advance(10 * Minute); // seen idle after the first minute, of age after the eleventh
        var call = grain.Thread(); // queued, not yet begun
        silo.Time.Advance(Minute);
        scheduler.RunUntilIdle();

        Assert.True(call.IsCompletedSuccessfully);
        Assert.False(activation.Deactivated.IsCompleted);
    }

    [Fact]
    public async Task Activation_OfAge_IsCollectedAndTheNextCallBeginsAfresh()
    {
        var scheduler = new ManualScheduler();
        var silo = await Start(scheduler);
        var grain = silo.Grains.GetGrain<IInlineGrain>("one");
        _ = grain.Thread();
        scheduler.RunUntilIdle();
        Assert.True(silo.Cluster.TryGetGrainContext(grain.GetGrainId(), out var activation));

        silo.Time.Advance(10 * Minute);
        scheduler.RunUntilIdle();
        Assert.False(activation.Deactivated.IsCompleted);
        silo.Time.Advance(Minute);
        scheduler.RunUntilIdle();

        Assert.True(activation.Deactivated.IsCompletedSuccessfully);
        Assert.False(silo.Cluster.TryGetGrainContext(grain.GetGrainId(), out _));
        var call = grain.Thread();
        scheduler.RunUntilIdle();
        Assert.True(call.IsCompletedSuccessfully);
    }

    // Not disposed: nobody would run the turns of its end.
    private static Task<TestSilo> Start(ManualScheduler scheduler) => TestSilo.Start(silo => silo
        .Configure<GrainEngineOptions>(options => (options.Scheduler, options.RunInline) = (scheduler, false))
        .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromHours(1))
        .Configure<GrainCollectionOptions>(options => (options.CollectionAge, options.CollectionQuantum) = (10 * Minute, Minute)));
}
