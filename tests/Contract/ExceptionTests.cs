namespace ActorCsi.Tests.Contract;

public interface IFailingGrain : IGrainWithStringKey
{
    Task FailAtOnce();

    Task FailLater();

    Task<int> FailWithResult();

    Task Cancel();

    Task<int> Calls();
}

public sealed class FailingGrain : Grain, IFailingGrain
{
    private int _calls;

    public Task FailAtOnce()
    {
        _calls++;
        throw new InvalidOperationException("at once");
    }

    public async Task FailLater()
    {
        _calls++;
        await Task.Yield();
        throw new InvalidOperationException("later");
    }

    public Task<int> FailWithResult()
    {
        _calls++;
        return Task.FromException<int>(new ArgumentException("no result"));
    }

    public async Task Cancel()
    {
        await Task.Yield();
        throw new OperationCanceledException("by the grain");
    }

    public Task<int> Calls() => Task.FromResult(_calls);
}

/// <summary>An exception reaches the caller, with its type and its words, and leaves the activation as it is.</summary>
public sealed class ExceptionTests : SiloTest
{
    [Fact]
    public async Task Exception_Thrown_ReachesTheCallerAndSparesTheActivation()
    {
        var grain = Grains.GetGrain<IFailingGrain>("one");

        Assert.Equal("at once", (await Assert.ThrowsAsync<InvalidOperationException>(() => grain.FailAtOnce().Soon())).Message);
        Assert.Equal("later", (await Assert.ThrowsAsync<InvalidOperationException>(() => grain.FailLater().Soon())).Message);
        Assert.Equal("no result", (await Assert.ThrowsAsync<ArgumentException>(() => grain.FailWithResult().Soon())).Message);
        Assert.Equal(3, await grain.Calls());
    }

    [Fact]
    public async Task Exception_InAGrainWithoutAwait_DoesNotSurfaceInTheCallItself()
    {
        var task = Grains.GetGrain<IFailingGrain>("one").FailAtOnce(); // must not throw here

        await Assert.ThrowsAsync<InvalidOperationException>(() => task.Soon());
    }

    [Fact]
    public async Task OperationCanceledException_ReachesTheCaller() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grains.GetGrain<IFailingGrain>("one").Cancel().Soon());
}
