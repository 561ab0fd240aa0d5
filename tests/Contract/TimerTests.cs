namespace ActorCsi.Tests.Contract;

public interface ITimerGrain : IGrainWithStringKey
{
    /// <summary>Starts a timer whose ticks tell their number and stop at the gate "tick N" if there is one.</summary>
    Task Start(string name, TimeSpan due, TimeSpan period, bool interleave = false, bool keepAlive = false);

    Task Change(string name, TimeSpan due, TimeSpan period);

    Task Dispose(string name);

    /// <summary>Stops at the gate of this name.</summary>
    Task Stop(string name);

    Task Leave();
}

public sealed class TimerGrain(Stage stage) : Grain, ITimerGrain
{
    private readonly Dictionary<string, IGrainTimer> _timers = [];

    public Task Start(string name, TimeSpan due, TimeSpan period, bool interleave, bool keepAlive)
    {
        var ticks = 0;
        _timers[name] = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;

        async Task Tick(CancellationToken cancellation)
        {
            var number = ++ticks;
            if (name.StartsWith("failing", StringComparison.Ordinal))
            {
                stage.Tell($"{name} {number}");
                throw new InvalidOperationException("This tick fails.");
            }
            stage.Tell($"{name} {number} begins");
            if (name.StartsWith("slow", StringComparison.Ordinal))
                await stage.Gate($"{name} {number}").Pass().WaitAsync(cancellation);
            stage.Tell($"{name} {number} ends");
            stage.Gate($"{name} {number} done").Mark();
        }
    }

    public Task Change(string name, TimeSpan due, TimeSpan period)
    {
        _timers[name].Change(due, period);
        return Task.CompletedTask;
    }

    public Task Dispose(string name)
    {
        _timers[name].Dispose();
        return Task.CompletedTask;
    }

    public async Task Stop(string name)
    {
        stage.Tell(name + " begins");
        await stage.Gate(name).Pass();
        stage.Tell(name + " ends");
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        stage.Tell("deactivated");
        return Task.CompletedTask;
    }
}

/// <summary>A grain's timers.</summary>
public sealed class TimerTests : SiloTest
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private ITimerGrain Grain => Grains.GetGrain<ITimerGrain>("one");

    [Fact]
    public async Task Timer_Due_TicksAndTicksAgainAfterItsPeriod()
    {
        await Grain.Start("timer", 5 * Second, 2 * Second);

        await AdvanceTo("timer 1 done", 5 * Second);
        Assert.Equal(["timer 1 begins", "timer 1 ends"], Stage.Events);
        await AdvanceTo("timer 2 done", 2 * Second);
        Assert.Equal(4, Stage.Events.Count);
    }

    [Fact]
    public async Task Timer_PeriodInfinite_TicksOnce()
    {
        await Grain.Start("timer", Second, Timeout.InfiniteTimeSpan);

        await AdvanceTo("timer 1 done", Second);
        await Grain.Start("other", 100 * Second, Timeout.InfiniteTimeSpan);
        await AdvanceTo("other 1 done", 100 * Second);

        Assert.Equal(["timer 1 begins", "timer 1 ends", "other 1 begins", "other 1 ends"], Stage.Events);
    }

    [Fact]
    public async Task Tick_WhileACallAwaits_WaitsForItsEnd()
    {
        await Grain.Start("timer", Second, Timeout.InfiniteTimeSpan);
        var call = Grain.Stop("call");
        await Stage.Gate("call").Reached;

        Time.Advance(Second);
        Stage.Gate("call").Open();
        await call.Soon();
        await Stage.Gate("timer 1 done").Reached;

        Assert.Equal(["call begins", "call ends", "timer 1 begins", "timer 1 ends"], Stage.Events);
    }

    [Fact]
    public async Task Call_WhileATickAwaits_WaitsForItsEnd()
    {
        await Grain.Start("slow", Second, Timeout.InfiniteTimeSpan);
        Time.Advance(Second);
        await Stage.Gate("slow 1").Reached;

        Stage.Gate("call").Open();
        var call = Grain.Stop("call");
        Stage.Gate("slow 1").Open();
        await call.Soon();

        Assert.Equal(["slow 1 begins", "slow 1 ends", "call begins", "call ends"], Stage.Events);
    }

    [Fact]
    public async Task Tick_Interleaving_BeginsWhileACallAwaits()
    {
        await Grain.Start("timer", Second, Timeout.InfiniteTimeSpan, interleave: true);
        var call = Grain.Stop("call");
        await Stage.Gate("call").Reached;

        await AdvanceTo("timer 1 done", Second);

        Assert.False(call.IsCompleted);
        Stage.Gate("call").Open();
        await call.Soon();
    }

    [Fact]
    public async Task Tick_WhileTheOneBeforeAwaits_DoesNotBegin()
    {
        await Grain.Start("slow", Second, Second, interleave: true);
        Time.Advance(Second);
        await Stage.Gate("slow 1").Reached;

        Time.Advance(10 * Second);
        Assert.Equal(["slow 1 begins"], Stage.Events);

        var armed = Time.WhenArmed(Second);
        Stage.Gate("slow 1").Open();
        await armed.Soon(); // the period counts from the end of the tick
        Time.Advance(Second);
        await Stage.Gate("slow 2").Reached;
        Stage.Gate("slow 2").Open();
    }

    [Fact]
    public async Task Tick_Throws_TheTimerTicksOn()
    {
        await Grain.Start("failing", Second, Second);

        for (var tick = 1; tick <= 3; tick++)
        {
            await Time.WhenArmed(Second).Soon();
            Time.Advance(Second);
        }
        await Time.WhenArmed(Second).Soon();

        Assert.Equal(["failing 1", "failing 2", "failing 3"], Stage.Events);
    }

    [Fact]
    public async Task Dispose_BeforeItIsDue_NeverTicks()
    {
        await Grain.Start("timer", Second, Second);
        await Grain.Dispose("timer");
        await Grain.Start("other", 10 * Second, Timeout.InfiniteTimeSpan);

        await AdvanceTo("other 1 done", 10 * Second);

        Assert.Equal(["other 1 begins", "other 1 ends"], Stage.Events);
    }

    [Fact]
    public async Task Change_SetsNewTimes()
    {
        await Grain.Start("timer", 100 * Second, 100 * Second);
        await Grain.Change("timer", Second, 3 * Second);

        await AdvanceTo("timer 1 done", Second);
        await AdvanceTo("timer 2 done", 3 * Second);
    }

    [Fact]
    public async Task Deactivation_EndsTheTimers()
    {
        await Grain.Start("timer", Second, Second);
        var gone = Cluster.WaitForDeactivationAsync(Grain);
        await Grain.Leave();
        await gone.Soon();

        Time.Advance(10 * Second);
        await Grain.Start("other", Second, Timeout.InfiniteTimeSpan);
        await AdvanceTo("other 1 done", Second);

        Assert.Equal(["deactivated", "other 1 begins", "other 1 ends"], Stage.Events);
    }

    private async Task AdvanceTo(string gate, TimeSpan time)
    {
        await Time.WhenArmed(time).Soon();
        Time.Advance(time);
        await Stage.Gate(gate).Reached;
    }
}
