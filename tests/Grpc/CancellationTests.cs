using ActorCsi.Testing;
using ActorCsi.Tests.Rpc.Proto;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActorCsi.Tests.Rpc;

/// <summary>Whoever gives a call up is rid of it at once, and its handler hears of it.</summary>
public class CancellationTests
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Token_Cancelled_EndsTheCallAndItsHandler()
    {
        await using var test = await StartAsync();
        using var source = new CancellationTokenSource();

        var failure = test.ActFailsAsync(new CallOptions(cancellationToken: source.Token));
        await _entered.Task.Soon();
        await source.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await failure.Soon()).StatusCode);
        await _cancelled.Task.Soon();
    }

    [Fact]
    public async Task Token_CancelledBefore_SendsNothing()
    {
        await using var test = await StartAsync();

        var e = await test.ActFailsAsync(new CallOptions(cancellationToken: new CancellationToken(canceled: true)));

        Assert.Equal((StatusCode.Cancelled, false), (e.StatusCode, _entered.Task.IsCompleted));
    }

    [Fact]
    public async Task Token_CancelledWithTheOption_ThrowsOperationCanceled()
    {
        await using var test = await StartAsync(new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        using var source = new CancellationTokenSource();

        using var call = test.Client.ActAsync(new Words(), cancellationToken: source.Token);
        await _entered.Task.Soon();
        await source.CancelAsync();

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ResponseAsync.Soon());
        Assert.Equal((source.Token, StatusCode.Cancelled), (e.CancellationToken, call.GetStatus().StatusCode));
    }

    [Fact]
    public async Task Call_Disposed_EndsItAndItsHandler()
    {
        await using var test = await StartAsync();

        var call = test.Client.ActAsync(new Words());
        await _entered.Task.Soon();
        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon())).StatusCode);
        await _cancelled.Task.Soon();
    }

    [Fact]
    public async Task Call_DisposedAfterItsEnd_KeepsItsStatus()
    {
        await using var test = await StartAsync();

        var call = test.Client.SayAsync(new Words());
        await call;
        call.Dispose();

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Channel_Disposed_EndsItsCallsAndTakesNoMore()
    {
        await using var test = await StartAsync();

        var failure = test.ActFailsAsync();
        await _entered.Task.Soon();
        test.Channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await failure.Soon()).StatusCode);
        await _cancelled.Task.Soon();
        Assert.Throws<ObjectDisposedException>(() => { _ = test.Client.SayAsync(new Words()); });
    }

    [Fact]
    public async Task Connection_Lost_CancelsTheHandler()
    {
        await using var test = await StartAsync();

        await using (var raw = await RawConnection.OpenHttp2Async(test.Server.Socket))
        {
            await raw.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Act")), .. Frames.Data(Frames.Message([]))]);
            await _entered.Task.Soon();
        }

        await _cancelled.Task.Soon();
    }

    [Fact]
    public async Task Stream_ResetInTheMiddleOfTheRequest_LeavesTheConnectionAlive()
    {
        await using var test = await StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([
            .. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Say")), .. Frames.Data([0, 0], flags: 0), .. Frames.Of(Frames.ResetType, 0, 1, [0, 0, 0, 8])]);
        await raw.SendAsync([
            .. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Say"), streamId: 3), .. Frames.Data(Frames.Message([]), streamId: 3)]);

        Assert.Equal(0, (await raw.ReadAnswerAsync(streamId: 3)).GrpcStatus);
        Assert.DoesNotContain(test.Log.Lines, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private async Task<EchoTest> StartAsync(GrpcChannelOptions? client = null)
    {
        var test = await EchoTest.StartAsync(client: client);
        test.OnAct = async (request, context) =>
        {
            using var registration = context.CancellationToken.Register(_cancelled.SetResult);
            _entered.SetResult();
            await _cancelled.Task;
            context.CancellationToken.ThrowIfCancellationRequested();
            return request;
        };
        return test;
    }
}
