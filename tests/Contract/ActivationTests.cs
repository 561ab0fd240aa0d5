namespace ActorCsi.Tests.Contract;

public interface IActivationGrain : IGrainWithStringKey
{
    Task<int> Activations();

    Task<string> Scheduler();
}

/// <summary>Counts how often it was made.</summary>
public sealed class ActivationGrain(Stage stage) : Grain, IActivationGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        stage.Tell("activated " + this.GetPrimaryKeyString());
        await Task.Yield();
    }

    public Task<int> Activations() => Task.FromResult(stage.Events.Count(happened => happened == "activated " + this.GetPrimaryKeyString()));

    public async Task<string> Scheduler()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        var afterYield = TaskScheduler.Current;
        await Task.Run(() => { });
        return ReferenceEquals(before, afterYield) && ReferenceEquals(before, TaskScheduler.Current) && before != TaskScheduler.Default
            ? "stayed"
            : "left";
    }
}

/// <summary>At most one activation of a grain, made by its first call.</summary>
public sealed class ActivationTests : SiloTest
{
    [Fact]
    public async Task Call_ManyAtOnce_MakesOneActivation()
    {
        var calls = Enumerable.Range(0, 200).Select(_ => Task.Run(() => Grains.GetGrain<IActivationGrain>("one").Activations()));

        var counts = await Task.WhenAll(calls).Soon();

        Assert.All(counts, count => Assert.Equal(1, count));
        Assert.Equal(["activated one"], Stage.Events);
    }

    [Fact]
    public async Task Call_OtherKey_MakesAnother()
    {
        await Grains.GetGrain<IActivationGrain>("a").Activations();
        await Grains.GetGrain<IActivationGrain>("b").Activations();

        Assert.Equal(["activated a", "activated b"], Stage.Events);
    }

    [Fact]
    public async Task GetGrain_WithoutCall_ActivatesNothing()
    {
        var grain = Grains.GetGrain<IActivationGrain>("quiet");

        Assert.Equal("quiet", grain.GetPrimaryKeyString());
        Assert.Empty(Stage.Events);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Await_InGrainCode_ComesBackToTheGrainsScheduler() =>
        Assert.Equal("stayed", await Grains.GetGrain<IActivationGrain>("one").Scheduler().Soon());
}
