using Orleans.Configuration;

namespace ActorCsi.Tests.Contract;

public interface IIdleGrain : IGrainWithStringKey
{
    Task Touch();

    Task Tick(TimeSpan every, bool keepAlive);

    Task Delay(TimeSpan time);

    Task Stop();
}

public abstract class IdleGrainBase(Stage stage) : Grain, IIdleGrain
{
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        stage.Tell($"{this.GetPrimaryKeyString()} ends: {reason.ReasonCode}");
        stage.Gate(this.GetPrimaryKeyString()).Mark();
        return Task.CompletedTask;
    }

    public Task Touch() => Task.CompletedTask;

    public Task Tick(TimeSpan every, bool keepAlive)
    {
        this.RegisterGrainTimer(() => Task.CompletedTask, new GrainTimerCreationOptions(every, every) { KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task Delay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task Stop() => stage.Gate("stopped").Pass();
}

public sealed class IdleGrain(Stage stage) : IdleGrainBase(stage);

[KeepAlive]
public sealed class KeptGrain(Stage stage) : IdleGrainBase(stage);

[CollectionAgeLimit(Minutes = 60)]
public sealed class PatientGrain(Stage stage) : IdleGrainBase(stage);

/// <summary>Activations that nobody calls leave memory; those in use stay.</summary>
public sealed class CollectionTests : SiloTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    protected override void Configure(ISiloBuilder silo) => silo.Configure<GrainCollectionOptions>(options =>
    {
        options.CollectionAge = 10 * Minute;
        options.CollectionQuantum = Minute;
    });

    [Fact]
    public async Task Grain_NotCalledForTheCollectionAge_IsCollected()
    {
        await Idle("one").Touch();

        await Pass(20);

        await Stage.Gate("one").Reached;
        Assert.Equal(["one ends: ActivationIdle"], Stage.Events);
    }

    [Fact]
    public async Task Grain_CalledAgainAndAgain_Stays()
    {
        for (var minute = 0; minute < 40; minute += 5)
        {
            await Idle("busy").Touch();
            await Pass(5);
        }

        Assert.Empty(Stage.Events);
    }

    [Fact]
    public async Task Grain_WhoseCallStillRuns_Stays()
    {
        var call = Idle("running").Stop();
        await Stage.Gate("stopped").Reached;
        await Idle("other").Touch();

        // Longer than the response time-out too: the caller has given up, the call has not.
        await Pass(20);
        await Stage.Gate("other").Reached;

        Assert.Equal(["other ends: ActivationIdle"], Stage.Events);
        Stage.Gate("stopped").Open();
        await Record.ExceptionAsync(() => call.Soon()); // a TimeoutException where the response time-out follows the same clock
    }

    [Fact]
    public async Task Timer_WithoutKeepAlive_DoesNotKeepTheGrain()
    {
        await Idle("ticking").Tick(every: Minute, keepAlive: false);

        await Pass(20);

        await Stage.Gate("ticking").Reached;
    }

    [Fact]
    public async Task Timer_WithKeepAlive_KeepsTheGrain()
    {
        await Idle("kept").Tick(every: Minute, keepAlive: true);
        await Idle("other").Touch();

        await Pass(20);
        await Stage.Gate("other").Reached;

        Assert.Equal(["other ends: ActivationIdle"], Stage.Events);
    }

    [Fact]
    public async Task KeepAliveClass_StaysForEver()
    {
        await Named("kept", "KeptGrain").Touch();
        await Idle("other").Touch();

        await Pass(120);
        await Stage.Gate("other").Reached;

        Assert.Equal(["other ends: ActivationIdle"], Stage.Events);
    }

    [Fact]
    public async Task CollectionAgeLimit_GoesBeforeTheSilosOwn()
    {
        await Named("patient", "PatientGrain").Touch();
        await Pass(55);
        Assert.Empty(Stage.Events);

        await Pass(15);
        await Stage.Gate("patient").Reached;
    }

    [Fact]
    public async Task DelayDeactivation_KeepsTheGrainUntilThen()
    {
        await Idle("delayed").Delay(30 * Minute);
        await Pass(25);
        Assert.Empty(Stage.Events);

        await Pass(30);
        await Stage.Gate("delayed").Reached;
    }

    private IIdleGrain Idle(string key) => Named(key, "IdleGrain");

    private IIdleGrain Named(string key, string name) => Grains.GetGrain<IIdleGrain>(key, "ActorCsi.Tests.Contract." + name);

    // Minute by minute, for what happens at one moment may have to settle before the next.
    private async Task Pass(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            Time.Advance(Minute);
            await Grains.GetGrain<IIdleGrain>("settle", "ActorCsi.Tests.Contract.KeptGrain").Touch().Soon();
        }
    }
}
