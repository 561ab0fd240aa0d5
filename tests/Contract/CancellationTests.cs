namespace ActorCsi.Tests.Contract;

public interface ICancellableGrain : IGrainWithStringKey
{
    /// <summary>Waits until its token is cancelled and tells so.</summary>
    Task<int> WaitForCancellation(CancellationToken cancellation);

    /// <summary>Runs without looking at the token.</summary>
    Task<bool> Look(CancellationToken cancellation);

    Task Stop();
}

public sealed class CancellableGrain(Stage stage) : Grain, ICancellableGrain
{
    public async Task<int> WaitForCancellation(CancellationToken cancellation)
    {
        var scheduler = TaskScheduler.Current;
        var cancelled = new TaskCompletionSource();
        using var registration = cancellation.Register(() =>
        {
            stage.Tell(ReferenceEquals(scheduler, TaskScheduler.Current) ? "cancelled in a turn" : "cancelled outside");
            cancelled.SetResult();
        });
        stage.Gate("waiting").Mark();
        await cancelled.Task;
        stage.Gate("seen").Mark();
        throw new OperationCanceledException(cancellation);
    }

    public Task<bool> Look(CancellationToken cancellation)
    {
        stage.Tell("looked");
        return Task.FromResult(cancellation.IsCancellationRequested);
    }

    public Task Stop() => stage.Gate("stopped").Pass();
}

/// <summary>A token given to a call reaches the grain.</summary>
public sealed class CancellationTests : SiloTest
{
    private ICancellableGrain Grain => Grains.GetGrain<ICancellableGrain>("one");

    [Fact]
    public async Task Cancel_DuringACall_ReachesTheGrainWithinATurnAndTheCaller()
    {
        using var cancellation = new CancellationTokenSource();
        var call = Grain.WaitForCancellation(cancellation.Token);
        await Stage.Gate("waiting").Reached;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        await Stage.Gate("seen").Reached;
        Assert.Equal(["cancelled in a turn"], Stage.Events);
    }

    [Fact]
    public async Task Cancel_BeforeTheCall_TheGrainIsNotCalled()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grain.Look(cancellation.Token).Soon());

        Assert.Empty(Stage.Events);
    }

    [Fact]
    public async Task Cancel_WhileTheCallWaitsForItsTurn_EndsItForTheCaller()
    {
        var first = Grain.Stop();
        await Stage.Gate("stopped").Reached;
        using var cancellation = new CancellationTokenSource();
        var waiting = Grain.Look(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        Stage.Gate("stopped").Open();
        await first.Soon();
    }

    [Fact]
    public async Task NoCancel_TheTokenIsNotCancelled()
    {
        using var cancellation = new CancellationTokenSource();

        Assert.False(await Grain.Look(cancellation.Token).Soon());
        Assert.False(await Grain.Look(CancellationToken.None).Soon());
    }
}
