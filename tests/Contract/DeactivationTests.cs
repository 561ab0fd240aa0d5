using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Contract;

public interface ILeavingGrain : IGrainWithStringKey
{
    Task Touch();

    Task Leave();

    Task LeaveAndStop(string gate);

    [Orleans.Concurrency.AlwaysInterleave]
    Task LeaveNow();

    Task Stop(string gate);
}

/// <summary>Tells of each of its lives. The gate "deactivating" holds it up in OnDeactivateAsync, if the test has asked for that.</summary>
public sealed class LeavingGrain(Stage stage, Life life) : Grain, ILeavingGrain, IDisposable
{
    private int _life;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _life = life.Next();
        stage.Tell($"life {_life} begins");
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        stage.Tell($"life {_life} ends: {reason.ReasonCode}");
        if (life.HoldsUp)
            await stage.Gate("deactivating").Pass();
        if (life.Fails)
            throw new InvalidOperationException("OnDeactivateAsync fails.");
    }

    public Task Touch()
    {
        stage.Tell($"call in life {_life}");
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task LeaveAndStop(string gate)
    {
        DeactivateOnIdle();
        await stage.Gate(gate).Pass();
        stage.Tell($"{gate} ends in life {_life}");
    }

    public Task LeaveNow() => Leave();

    public async Task Stop(string gate)
    {
        await stage.Gate(gate).Pass();
        stage.Tell($"{gate} ends in life {_life}");
    }

    public void Dispose() => stage.Tell($"life {_life} is disposed");
}

public sealed class Life
{
    private int _lives;

    public bool HoldsUp { get; set; }

    public bool Fails { get; set; }

    public int Next() => ++_lives;
}

/// <summary>The end of an activation, and the beginning of the next.</summary>
public sealed class DeactivationTests : SiloTest
{
    private readonly Life _life = new();

    private ILeavingGrain Grain => Grains.GetGrain<ILeavingGrain>("one");

    protected override void Configure(ISiloBuilder silo) => silo.Services.AddSingleton(_life);

    [Fact]
    public async Task DeactivateOnIdle_RunsOnDeactivateOnceAndTheNextCallBeginsAfresh()
    {
        await Grain.Touch();
        var gone = Cluster.WaitForDeactivationAsync(Grain);
        await Grain.Leave();
        await gone.Soon();

        await Grain.Touch();

        Assert.Equal(
            ["life 1 begins", "call in life 1", "life 1 ends: ApplicationRequested", "life 1 is disposed", "life 2 begins", "call in life 2"], Stage.Events);
    }

    [Fact]
    public async Task DeactivateOnIdle_DuringACall_WaitsForItsEnd()
    {
        var leaving = Grain.LeaveAndStop("gate");
        await Stage.Gate("gate").Reached;
        var gone = Cluster.WaitForDeactivationAsync(Grain);
        Stage.Gate("gate").Open();
        await Task.WhenAll(leaving, gone).Soon();

        Assert.Equal(["life 1 begins", "gate ends in life 1", "life 1 ends: ApplicationRequested", "life 1 is disposed"], Stage.Events);
    }

    [Fact]
    public async Task Call_DuringDeactivation_ReachesAFreshActivationWhenTheOldOneIsGone()
    {
        _life.HoldsUp = true;
        await Grain.Leave();
        await Stage.Gate("deactivating").Reached;

        var call = Grain.Touch();
        _life.HoldsUp = false;
        Stage.Gate("deactivating").Open();
        await call.Soon();

        Assert.Equal(
            ["life 1 begins", "life 1 ends: ApplicationRequested", "life 1 is disposed", "life 2 begins", "call in life 2"], Stage.Events);
    }

    [Fact]
    public async Task Calls_ThatWaitWhenDeactivationIsAskedFor_ReachAFreshActivation()
    {
        var stopped = Grain.Stop("gate");
        await Stage.Gate("gate").Reached;
        var waiting = Grain.Touch();

        await Grain.LeaveNow().Soon();
        Stage.Gate("gate").Open();
        await Task.WhenAll(stopped, waiting).Soon();

        Assert.Equal(
            ["life 1 begins", "gate ends in life 1", "life 1 ends: ApplicationRequested", "life 1 is disposed", "life 2 begins", "call in life 2"],
            Stage.Events);
    }

    [Fact]
    public async Task OnDeactivate_Throws_TheGrainLivesAgain()
    {
        _life.Fails = true;
        await Grain.Touch();
        await Cluster.DeactivateAsync(Grain).Soon();

        await Grain.Touch().Soon();

        Assert.Contains("call in life 2", Stage.Events);
    }

    [Fact]
    public async Task Silo_Stops_DeactivatesEveryGrain()
    {
        await Grain.Touch();
        await Cluster.StopSiloAsync(Cluster.Silos[0]);

        Assert.Equal(["life 1 begins", "call in life 1", "life 1 ends: ShuttingDown", "life 1 is disposed"], Stage.Events);
    }

    [Fact]
    public async Task Silo_Killed_DeactivatesNoGrain()
    {
        await Grain.Touch();
        await Cluster.KillSiloAsync(Cluster.Silos[0]);

        Assert.Equal(["life 1 begins", "call in life 1"], Stage.Events);
    }
}
