using Orleans.Configuration;

namespace ActorCsi.Tests.Contract;

public interface ISlowGrain : IGrainWithStringKey
{
    Task Stop();

    [ResponseTimeout("00:00:02")]
    Task StopImpatiently();

    Task<int> CallAndBeCalled(string other);

    Task<int> CallBack(string first);

    Task<int> Answer();
}

public sealed class SlowGrain(Stage stage) : Grain, ISlowGrain
{
    public Task Stop() => stage.Gate("stopped").Pass();

    public Task StopImpatiently() => stage.Gate("stopped").Pass();

    public Task<int> CallAndBeCalled(string other) => GrainFactory.GetGrain<ISlowGrain>(other).CallBack(this.GetPrimaryKeyString());

    public Task<int> CallBack(string first)
    {
        stage.Gate("called back").Mark();
        return GrainFactory.GetGrain<ISlowGrain>(first).Answer();
    }

    public Task<int> Answer() => Task.FromResult(1);
}

/// <summary>A caller waits no longer than the response time-out.</summary>
public sealed class ResponseTimeoutTests : SiloTest
{
    private ISlowGrain Grain => Grains.GetGrain<ISlowGrain>("one");

    protected override void Configure(ISiloBuilder silo) => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(10));

    [Fact]
    public async Task Answer_DoesNotComeInTime_TheCallerGetsATimeoutException()
    {
        var call = Grain.Stop();
        await Stage.Gate("stopped").Reached;

        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(call.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        Stage.Gate("stopped").Open();
        Assert.Equal(1, await Grain.Answer().Soon());
    }

    [Fact]
    public async Task ResponseTimeoutAttribute_GoesBeforeTheSilosOwn()
    {
        var call = Grain.StopImpatiently();
        await Stage.Gate("stopped").Reached;

        Time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        Stage.Gate("stopped").Open();
    }

    [Fact]
    public async Task Deadlock_EndsWithATimeoutException()
    {
        var call = Grain.CallAndBeCalled("two");
        await Stage.Gate("called back").Reached;

        // The inner call waits for its caller, which waits for it.
        while (!call.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        Assert.Equal(1, await Grain.Answer().Soon());
    }
}
