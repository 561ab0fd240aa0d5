using ActorCsi.GrainEngine;

namespace ActorCsi.Tests.Runtime;

public interface IChainGrain : IGrainWithIntegerKey
{
    /// <summary>Calls the grain with the next number, until the last.</summary>
    Task<long> Call(long last, bool yields);

    Task Stop(TaskCompletionSource gate);

    Task Count(Action count);

    [Orleans.Concurrency.AlwaysInterleave]
    Task<int> CallItself(int times);
}

public sealed class ChainGrain : Grain, IChainGrain
{
    public async Task<long> Call(long last, bool yields)
    {
        if (yields)
            await Task.Yield();
        var self = this.GetPrimaryKeyLong();
        return self == last ? self : await GrainFactory.GetGrain<IChainGrain>(self + 1).Call(last, yields);
    }

    public Task Stop(TaskCompletionSource gate) => gate.Task;

    public Task Count(Action count)
    {
        count();
        return Task.CompletedTask;
    }

    public Task<int> CallItself(int times) => times == 0 ? Task.FromResult(0) : this.AsReference<IChainGrain>().CallItself(times - 1);
}

/// <summary>Nothing grows without a bound, and whoever reaches one is told which.</summary>
public sealed class BoundTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallChain_UpToTheBound_Works(bool yields)
    {
        await using var silo = await TestSilo.Start(Bound(options => options.MaxCallDepth = 40));

        Assert.Equal(40, await silo.Grains.GetGrain<IChainGrain>(1).Call(40, yields).Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallChain_BeyondTheBound_FailsWithTheReason(bool yields)
    {
        await using var silo = await TestSilo.Start(Bound(options => options.MaxCallDepth = 40));

        var failure = await Assert.ThrowsAsync<LimitExceededException>(() => silo.Grains.GetGrain<IChainGrain>(1).Call(41, yields).Soon());

        Assert.Contains("MaxCallDepth is 40", failure.Message, StringComparison.Ordinal);
        Assert.Contains("IChainGrain.Call on chain/29", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallChain_OfAGrainThatCallsItself_IsBoundedToo()
    {
        await using var silo = await TestSilo.Start();

        await Assert.ThrowsAsync<LimitExceededException>(() => silo.Grains.GetGrain<IChainGrain>(1).CallItself(1_000_000).Soon());
    }

    [Fact]
    public async Task CallsOneAfterAnother_AreNoChain()
    {
        await using var silo = await TestSilo.Start(Bound(options => options.MaxCallDepth = 2));
        var grain = silo.Grains.GetGrain<IChainGrain>(1);

        for (var i = 0; i < 10; i++)
            Assert.Equal(2, await grain.Call(2, yields: true).Soon());
    }

    [Fact]
    public async Task PendingCalls_BeyondTheBound_AreRefusedAndTheOthersServed()
    {
        await using var silo = await TestSilo.Start(Bound(options => options.MaxPendingCalls = 4));
        var grain = silo.Grains.GetGrain<IChainGrain>(1);
        var gate = new TaskCompletionSource();
        var stopped = grain.Stop(gate);
        var waiting = Enumerable.Range(0, 3).Select(_ => grain.Call(1, yields: false)).ToArray();

        var failure = await Assert.ThrowsAsync<LimitExceededException>(() => grain.Call(1, yields: false).Soon());

        Assert.Contains("4 calls of this grain are under way already", failure.Message, StringComparison.Ordinal);
        gate.SetResult();
        await stopped.Soon();
        Assert.All(await Task.WhenAll(waiting).Soon(), answer => Assert.Equal(1, answer));
        await silo.Settle(grain);
        Assert.Equal(1, await grain.Call(1, yields: false).Soon());
    }

    [Fact]
    public async Task WaitingCalls_WhoseCallersGaveUp_NeverRun()
    {
        await using var silo = await TestSilo.Start(Bound(options => options.MaxPendingCalls = 4));
        var grain = silo.Grains.GetGrain<IChainGrain>(1);
        var gate = new TaskCompletionSource();
        var stopped = grain.Stop(gate);
        var ran = 0;
        var waiting = Enumerable.Range(0, 3).Select(_ => grain.Count(() => ran++)).ToArray();

        silo.Time.Advance(TimeSpan.FromSeconds(30));
        foreach (var call in waiting.Append(stopped))
            await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        gate.SetResult();
        await silo.Settle(grain);

        await grain.Count(() => ran++).Soon();
        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task QueuedCall_WhoseCallerGaveUpBeforeAnythingRan_NeverRuns()
    {
        var scheduler = new ManualScheduler();
        var silo = await TestSilo.Start(Bound(options => (options.Scheduler, options.RunInline) = (scheduler, false)));
        var ran = false;
        var call = silo.Grains.GetGrain<IChainGrain>(1).Count(() => ran = true);

        silo.Time.Advance(TimeSpan.FromSeconds(30));
        scheduler.RunUntilIdle();

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        Assert.False(ran);
    }

    private static Action<ISiloBuilder> Bound(Action<GrainEngineOptions> set) => silo => silo.Configure(set);
}
