using ActorCsi.GrainEngine;

namespace ActorCsi.Tests.Runtime;

public interface IInlineGrain : IGrainWithStringKey
{
    Task<int> Thread();

    Task<(int Before, int After)> ThreadsOfACallTo(string other);

    Task Run(Action action);

    Task RunLater(Task gate, Action action);

    Task<int> Nested(int depth, int deepest);
}

public sealed class InlineGrain : Grain, IInlineGrain
{
    public Task<int> Thread() => Task.FromResult(Environment.CurrentManagedThreadId);

    public async Task<(int Before, int After)> ThreadsOfACallTo(string other)
    {
        var before = Environment.CurrentManagedThreadId;
        return (before, await GrainFactory.GetGrain<IInlineGrain>(other).Thread());
    }

    public Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    public async Task RunLater(Task gate, Action action)
    {
        await gate;
        action();
    }

    // How many activations run on this very stack.
    public Task<int> Nested(int depth, int deepest) => depth == deepest
        ? Task.FromResult(new System.Diagnostics.StackTrace().GetFrames().Count(frame => frame.GetMethod()?.Name == nameof(Nested)))
        : GrainFactory.GetGrain<IInlineGrain>($"nested {depth + 1}").Nested(depth + 1, deepest);
}

/// <summary>A call to an idle grain runs at once on its caller's thread; what that must not change.</summary>
public sealed class InliningTests
{
    [Fact]
    public async Task Call_ToAnIdleGrain_RunsOnTheCallersThreadAndIsCompleteOnReturn()
    {
        await using var silo = await TestSilo.Start();
        var grain = silo.Grains.GetGrain<IInlineGrain>("one");

        var call = grain.Thread(); // also the first one, which activates the grain

        Assert.True(call.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, await call);
    }

    [Fact]
    public async Task Call_OfOneGrainToAnother_RunsOnItsThread()
    {
        await using var silo = await TestSilo.Start();

        var call = silo.Grains.GetGrain<IInlineGrain>("one").ThreadsOfACallTo("two");

        Assert.True(call.IsCompletedSuccessfully);
        var (before, after) = await call;
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Call_RunsUnderTheSchedulerOfItsGrain()
    {
        await using var silo = await TestSilo.Start();
        TaskScheduler? inside = null, nested = null, back = null;
        var (one, two) = (silo.Grains.GetGrain<IInlineGrain>("one"), silo.Grains.GetGrain<IInlineGrain>("two"));

        await one.Run(() =>
        {
            inside = TaskScheduler.Current;
            _ = two.Run(() => nested = TaskScheduler.Current);
            back = TaskScheduler.Current;
        });

        Assert.NotEqual(TaskScheduler.Default, inside);
        Assert.NotEqual(inside, nested);
        Assert.Equal(inside, back);
        Assert.Equal(TaskScheduler.Default, TaskScheduler.Current);
    }

    [Fact]
    public async Task Call_FromWithinATurnOfTheSameGrain_WaitsForThatTurn()
    {
        await using var silo = await TestSilo.Start();
        var grain = silo.Grains.GetGrain<IInlineGrain>("one");
        var events = new List<string>();
        Task? inner = null;

        await grain.Run(() =>
        {
            inner = grain.Run(() => events.Add("inner"));
            events.Add("outer ends");
        });
        await inner!.Soon();

        Assert.Equal(["outer ends", "inner"], events);
    }

    [Fact]
    public async Task AsyncLocal_SetByTheGrain_DoesNotReachTheCaller()
    {
        await using var silo = await TestSilo.Start();
        var local = new AsyncLocal<string> { Value = "caller's" };
        string? seen = null;

        await silo.Grains.GetGrain<IInlineGrain>("one").Run(() =>
        {
            seen = local.Value;
            local.Value = "grain's";
        });

        Assert.Equal("caller's", seen);
        Assert.Equal("caller's", local.Value);
    }

    [Fact]
    public async Task SynchronizationContext_OfTheCaller_IsHiddenFromTheGrainAndRestored()
    {
        await using var silo = await TestSilo.Start();
        var context = new CountingContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext? inside = context, after;
        var gate = new TaskCompletionSource();
        Task later;
        try
        {
            SynchronizationContext.SetSynchronizationContext(context);
            _ = silo.Grains.GetGrain<IInlineGrain>("one").Run(() => inside = SynchronizationContext.Current);
            later = silo.Grains.GetGrain<IInlineGrain>("one").RunLater(gate.Task, () => { });
            after = SynchronizationContext.Current;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
        gate.SetResult();
        await later.Soon();

        Assert.Null(inside);
        Assert.Same(context, after);
        Assert.Equal(0, context.Posts);
    }

    [Fact]
    public async Task Continuation_OfTheCaller_NeverRunsInsideTheGrainsTurn()
    {
        await using var silo = await TestSilo.Start();
        var grain = silo.Grains.GetGrain<IInlineGrain>("one");
        var gate = new TaskCompletionSource();
        var call = grain.RunLater(gate.Task, () => { });

        // It blocks its thread until the grain has served another call, which the grain cannot do while it sits in one of its turns.
        var continued = call.ContinueWith(
            _ => grain.Thread().Wait(TimeSpan.FromSeconds(5)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        gate.SetResult();

        Assert.True(await continued.Soon());
    }

    [Fact]
    public async Task NestedCalls_DeeperThanTheBound_LeaveTheStackAndStillAnswer()
    {
        await using var silo = await TestSilo.Start(silo => silo.Configure<GrainEngineOptions>(options => options.MaxInlineDepth = 5));

        Assert.InRange(await silo.Grains.GetGrain<IInlineGrain>("nested 1").Nested(1, 5).Soon(), 5, 5);
        Assert.InRange(await silo.Grains.GetGrain<IInlineGrain>("nested 1").Nested(1, 30).Soon(), 1, 5);
    }

    [Fact]
    public async Task RunInlineOff_EveryTurnGoesThroughTheScheduler()
    {
        var scheduler = new ManualScheduler();
        await using var silo = await TestSilo.Start(silo => silo.Configure<GrainEngineOptions>(
            options => (options.Scheduler, options.RunInline) = (scheduler, false)));

        var call = silo.Grains.GetGrain<IInlineGrain>("one").ThreadsOfACallTo("two");
        Assert.False(call.IsCompleted);
        Assert.Equal(1, scheduler.Ready);

        var turns = 0;
        while (scheduler.RunOne())
            turns++;
        Assert.True(call.IsCompletedSuccessfully);
        // At least: the first turn of the call, the turn of the other grain, the turn after the await.
        Assert.True(turns >= 3, $"{turns} turns");
        await StopWith(silo, scheduler);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RunInlineOff_SameSeed_SameOrder(int seed)
    {
        var first = await Trace(seed);

        Assert.Equal(first, await Trace(seed));
        Assert.NotEqual(first, await Trace(seed + 10));
    }

    private static async Task<List<string>> Trace(int seed)
    {
        var scheduler = new ManualScheduler(new Random(seed));
        var trace = new List<string>();
        await using var silo = await TestSilo.Start(silo => silo.Configure<GrainEngineOptions>(
            options => (options.Scheduler, options.RunInline) = (scheduler, false)));
        for (var i = 0; i < 20; i++)
        {
            var number = i;
            _ = silo.Grains.GetGrain<IInlineGrain>($"grain {i % 7}").RunLater(Task.CompletedTask, () => trace.Add($"{number}"));
        }
        scheduler.RunUntilIdle();
        await StopWith(silo, scheduler);
        return trace;
    }

    // The silo's own end runs through the scheduler as well.
    private static async Task StopWith(TestSilo silo, ManualScheduler scheduler)
    {
        var stopping = silo.Cluster.StopAllSilosAsync();
        while (!stopping.IsCompleted)
        {
            scheduler.RunUntilIdle();
            await Task.Yield();
        }
        await stopping;
    }

    private sealed class CountingContext : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state) => Posts++;
    }
}
