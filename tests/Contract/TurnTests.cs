using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace ActorCsi.Tests.Contract;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Tells when it begins, stops at the gate of this name, and tells when it ends.</summary>
    Task Stop(string name);

    /// <summary>Tells that it ran.</summary>
    Task Pass(string name);

    [AlwaysInterleave]
    Task PassAlways(string name);

    [AlwaysInterleave]
    Task StopAlways(string name);

    [ReadOnly]
    Task StopReadOnly(string name);

    [ReadOnly]
    Task PassReadOnly(string name);
}

public abstract class TurnGrainBase(Stage stage) : Grain, ITurnGrain
{
    public async Task Stop(string name)
    {
        stage.Tell(name + " begins");
        await stage.Gate(name).Pass();
        stage.Tell(name + " ends");
    }

    public Task Pass(string name)
    {
        stage.Tell(name);
        return Task.CompletedTask;
    }

    public Task PassAlways(string name) => Pass(name);

    public Task StopAlways(string name) => Stop(name);

    public Task StopReadOnly(string name) => Stop(name);

    public Task PassReadOnly(string name) => Pass(name);
}

public sealed class PlainGrain(Stage stage) : TurnGrainBase(stage);

[Reentrant]
public sealed class ReentrantGrain(Stage stage) : TurnGrainBase(stage);

[MayInterleave(nameof(MayInterleave))]
public sealed class PickyGrain(Stage stage) : TurnGrainBase(stage)
{
    public static bool MayInterleave(IInvokable call) => call.GetMethodName() == nameof(Pass) && (string?)call.GetArgument(0) == "urgent";
}

/// <summary>Which calls may begin while another waits for something.</summary>
public sealed class TurnTests : SiloTest
{
    [Fact]
    public async Task Call_WhileAnotherAwaits_WaitsForItsEnd()
    {
        var grain = Turns("PlainGrain");
        var first = grain.Stop("first");
        await Stage.Gate("first").Reached;

        var second = grain.Pass("second");
        Stage.Gate("first").Open();
        await Task.WhenAll(first, second).Soon();

        Assert.Equal(["first begins", "first ends", "second"], Stage.Events);
    }

    [Fact]
    public async Task Call_AlwaysInterleave_BeginsWhileAnotherAwaits()
    {
        var grain = Turns("PlainGrain");
        var first = grain.Stop("first");
        await Stage.Gate("first").Reached;

        await grain.PassAlways("second").Soon();

        Assert.False(first.IsCompleted);
        Stage.Gate("first").Open();
        await first.Soon();
    }

    [Fact]
    public async Task Call_AlwaysInterleave_OvertakesCallsThatWait()
    {
        var grain = Turns("PlainGrain");
        var first = grain.Stop("first");
        await Stage.Gate("first").Reached;
        var waiting = grain.Pass("waiting");

        await grain.PassAlways("urgent").Soon();
        Stage.Gate("first").Open();
        await Task.WhenAll(first, waiting).Soon();

        Assert.Equal(["first begins", "urgent", "first ends", "waiting"], Stage.Events);
    }

    [Fact]
    public async Task Call_WhileAnAlwaysInterleaveAwaits_Begins()
    {
        var grain = Turns("PlainGrain");
        var first = grain.StopAlways("first");
        await Stage.Gate("first").Reached;

        await grain.Pass("second").Soon();

        Stage.Gate("first").Open();
        await first.Soon();
    }

    [Fact]
    public async Task Call_ReadOnly_BeginsWhileAnotherReadOnlyAwaits()
    {
        var grain = Turns("PlainGrain");
        var first = grain.StopReadOnly("first");
        await Stage.Gate("first").Reached;

        await grain.PassReadOnly("second").Soon();

        Stage.Gate("first").Open();
        await first.Soon();
    }

    [Fact]
    public async Task Call_WhileAReadOnlyAwaits_WaitsForItsEnd()
    {
        var grain = Turns("PlainGrain");
        var first = grain.StopReadOnly("first");
        await Stage.Gate("first").Reached;

        var second = grain.Pass("second");
        Stage.Gate("first").Open();
        await Task.WhenAll(first, second).Soon();

        Assert.Equal(["first begins", "first ends", "second"], Stage.Events);
    }

    [Fact]
    public async Task Call_ReentrantGrain_BeginsWhileAnotherAwaits()
    {
        var grain = Turns("ReentrantGrain");
        var first = grain.Stop("first");
        await Stage.Gate("first").Reached;

        await grain.Pass("second").Soon();

        Stage.Gate("first").Open();
        await first.Soon();
    }

    [Fact]
    public async Task Call_MayInterleaveSaysYes_BeginsWhileAnotherAwaits()
    {
        var grain = Turns("PickyGrain");
        var first = grain.Stop("first");
        await Stage.Gate("first").Reached;

        var patient = grain.Pass("patient");
        await grain.Pass("urgent").Soon();
        Stage.Gate("first").Open();
        await Task.WhenAll(first, patient).Soon();

        Assert.Equal(["first begins", "urgent", "first ends", "patient"], Stage.Events);
    }

    [Theory]
    [InlineData("PlainGrain")]
    [InlineData("ReentrantGrain")]
    public async Task Code_OfOneGrain_NeverRunsOnTwoThreads(string kind)
    {
        var grain = Grains.GetGrain<ICountingGrain>("one", kind == "PlainGrain" ? "ActorCsi.Tests.Contract.PlainCounter" : "ActorCsi.Tests.Contract.ReentrantCounter");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await grain.Count();
        }))).Soon();

        // Each call adds one in each of its three turns, without a lock.
        Assert.Equal(3 * 8 * 500, await grain.Total());
    }

    private ITurnGrain Turns(string kind) => Grains.GetGrain<ITurnGrain>("one", "ActorCsi.Tests.Contract." + kind);
}

public interface ICountingGrain : IGrainWithStringKey
{
    Task Count();

    Task<int> Total();
}

public abstract class CountingGrainBase : Grain, ICountingGrain
{
    private int _total;

    public async Task Count()
    {
        _total++;
        await Task.Yield();
        _total++;
        await Task.Yield();
        _total++;
    }

    public Task<int> Total() => Task.FromResult(_total);
}

public sealed class PlainCounter : CountingGrainBase;

[Reentrant]
public sealed class ReentrantCounter : CountingGrainBase;
