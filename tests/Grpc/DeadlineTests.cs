using ActorCsi.Testing;
using ActorCsi.Tests.Rpc.Proto;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Rpc;

/// <summary>Both sides count a deadline down, each on its own clock, and nobody waits past it.</summary>
public class DeadlineTests
{
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);

    private readonly VirtualTime _serverTime = new();
    private readonly VirtualTime _clientTime = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Server_DeadlinePasses_CancelsTheHandlerAndAnswers()
    {
        await using var test = await StartAsync();
        var cancelled = new TaskCompletionSource();
        test.OnAct = async (request, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            cancelled.SetResult();
            return request;
        };

        var failure = test.ActFailsAsync(InTenSeconds());
        await _serverTime.WhenArmed(TenSeconds).Soon();
        _serverTime.Advance(TenSeconds);

        Assert.Equal(StatusCode.DeadlineExceeded, (await failure.Soon()).StatusCode);
        await cancelled.Task.Soon();
    }

    [Fact]
    public async Task Server_HandlerIgnoresTheToken_AnswersAllTheSame()
    {
        await using var test = await StartAsync();
        test.OnAct = async (request, context) =>
        {
            context.ResponseTrailers.Add("half", "done");
            await _release.Task;
            return request;
        };

        var failure = test.ActFailsAsync(InTenSeconds());
        await _serverTime.WhenArmed(TenSeconds).Soon();
        _serverTime.Advance(TenSeconds);
        var e = await failure.Soon();
        _release.SetResult();

        Assert.Equal((StatusCode.DeadlineExceeded, null), (e.StatusCode, e.Trailers.GetValue("half")));
        Assert.Equal("next", (await test.Client.SayAsync(new Words { Text = "next" })).Text);
    }

    [Fact]
    public async Task Server_DeadlinePassesAfterResponseHeaders_AnswersInTrailers()
    {
        await using var test = await StartAsync();
        test.OnAct = async (request, context) =>
        {
            await context.WriteResponseHeadersAsync([]);
            await _release.Task;
            return request;
        };

        using var call = test.Client.ActAsync(new Words(), InTenSeconds());
        await call.ResponseHeadersAsync.Soon();
        _serverTime.Advance(TenSeconds);
        var e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon());
        _release.SetResult();

        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
    }

    [Fact]
    public async Task Server_DeadlinePassesInTheMiddleOfTheRequest_Answers()
    {
        await using var test = await StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([
            .. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Say", ("grpc-timeout", "10S"))),
            .. Frames.Data(Frames.Message([1], length: 3), flags: 0)]);
        await _serverTime.WhenArmed(TenSeconds).Soon();
        _serverTime.Advance(TenSeconds);

        Assert.Equal((int)StatusCode.DeadlineExceeded, (await raw.ReadAnswerAsync()).GrpcStatus);
    }

    [Fact]
    public async Task Server_CallbackOnTheTokenThrows_AnswersAndLogsIt()
    {
        await using var test = await StartAsync();
        var registered = new TaskCompletionSource();
        test.OnAct = async (request, context) =>
        {
            context.CancellationToken.Register(() => throw new InvalidOperationException("of the handler's making"));
            registered.SetResult();
            await _release.Task;
            return request;
        };

        var failure = test.ActFailsAsync(InTenSeconds());
        await registered.Task.Soon();
        _serverTime.Advance(TenSeconds);
        Assert.Equal(StatusCode.DeadlineExceeded, (await failure.Soon()).StatusCode);
        _release.SetResult();

        var error = Assert.Single(test.Log.Lines, line => line.Level == LogLevel.Error);
        Assert.Equal("/actorcsi.test.Echo/Act: a callback on the call's cancellation threw.", error.Text);
    }

    [Fact]
    public async Task Server_TokenAskedForAfterTheDeadline_IsCancelled()
    {
        await using var test = await StartAsync();
        var cancelled = new TaskCompletionSource<bool>();
        test.OnAct = async (request, context) =>
        {
            await _release.Task;
            cancelled.SetResult(context.CancellationToken.IsCancellationRequested);
            return request;
        };

        var failure = test.ActFailsAsync(InTenSeconds());
        await _serverTime.WhenArmed(TenSeconds).Soon();
        _serverTime.Advance(TenSeconds);
        await failure.Soon();
        _release.SetResult();

        Assert.True(await cancelled.Task.Soon());
    }

    [Fact]
    public async Task Server_WithDeadline_TellsTheHandlerAndStopsTheTimerAtTheEnd()
    {
        await using var test = await StartAsync();
        (DateTime, int) seen = default;
        test.OnAct = (request, context) =>
        {
            seen = (context.Deadline, _serverTime.ArmedTimers);
            return Task.FromResult(request);
        };

        await test.Client.ActAsync(new Words(), InTenSeconds());

        Assert.Equal((_serverTime.GetUtcNow().UtcDateTime + TenSeconds, 1), seen);
        Assert.Equal(0, _serverTime.ArmedTimers);
    }

    [Fact]
    public async Task Server_WithoutDeadline_ArmsNoTimer()
    {
        await using var test = await StartAsync();
        (DateTime, int) seen = default;
        test.OnAct = (request, context) =>
        {
            seen = (context.Deadline, _serverTime.ArmedTimers);
            return Task.FromResult(request);
        };

        await test.Client.ActAsync(new Words());

        Assert.Equal((DateTime.MaxValue, 0), seen);
    }

    [Fact]
    public async Task Server_HandlerEndsAtItsDeadline_AnswersOnceEachTime()
    {
        await using var test = await StartAsync();
        TaskCompletionSource release = new();
        test.OnAct = async (request, context) =>
        {
            await release.Task;
            context.CancellationToken.ThrowIfCancellationRequested();
            return request;
        };

        for (var i = 0; i < 200; i++)
        {
            release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var answer = Record.ExceptionAsync(async () => await test.Client.ActAsync(new Words(), InTenSeconds()));
            await _serverTime.WhenArmed(TenSeconds).Soon();
            await Task.WhenAll(Task.Run(release.SetResult), Task.Run(() => _serverTime.Advance(TenSeconds)));

            var e = await answer.Soon();
            Assert.True(e is null or RpcException { StatusCode: StatusCode.DeadlineExceeded }, e?.ToString());
        }

        Assert.DoesNotContain(test.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData("0S", StatusCode.DeadlineExceeded)]
    [InlineData("99999999H", StatusCode.OK)]
    [InlineData("5000000S", StatusCode.OK)] // 58 days: longer than a timer can wait
    [InlineData("1", StatusCode.Internal)]
    [InlineData("S", StatusCode.Internal)]
    [InlineData("-1S", StatusCode.Internal)]
    [InlineData("1.5S", StatusCode.Internal)]
    [InlineData("1s", StatusCode.Internal)]
    [InlineData("123456789S", StatusCode.Internal)]
    public async Task Server_TimeoutHeader_IsReadOrRefused(string timeout, StatusCode expected)
    {
        await using var test = await StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([
            .. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Say", ("grpc-timeout", timeout))), .. Frames.Data(Frames.Message([]))]);

        Assert.Equal((int)expected, (await raw.ReadAnswerAsync()).GrpcStatus);
    }

    [Fact]
    public async Task Client_DeadlinePasses_GivesUpAndTheHandlerHears()
    {
        await using var test = await StartAsync();
        var cancelled = new TaskCompletionSource();
        test.OnAct = async (request, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            _release.SetResult();
            await cancelled.Task;
            return request;
        };

        var failure = test.ActFailsAsync(InTenSeconds());
        await _release.Task.Soon();
        _clientTime.Advance(TenSeconds);

        Assert.Equal(StatusCode.DeadlineExceeded, (await failure.Soon()).StatusCode);
        await cancelled.Task.Soon();
        Assert.Equal(0, _clientTime.ArmedTimers);
    }

    [Fact]
    public async Task Client_ServersResetComesBeforeItsOwnTimer_IsDeadlineExceeded()
    {
        var time = new LateTimers();
        await using var server = await UnixServer.StartAsync(_ => { }, app => app.Run(http =>
        {
            time.Now += TenSeconds;
            http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(0x8); // CANCEL
            return Task.CompletedTask;
        }));
        using var channel = server.OpenChannel(new GrpcChannelOptions { Time = time });

        var call = new Echo.EchoClient(channel).SayAsync(new Words(), deadline: time.Now.UtcDateTime + TenSeconds);

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon())).StatusCode);
    }

    [Fact]
    public async Task Client_DeadlineGone_SendsNothing()
    {
        await using var test = await StartAsync();
        var called = false;
        test.OnAct = (request, _) =>
        {
            called = true;
            return Task.FromResult(request);
        };

        var e = await test.ActFailsAsync(new CallOptions(deadline: _clientTime.GetUtcNow().UtcDateTime));

        Assert.Equal((StatusCode.DeadlineExceeded, false), (e.StatusCode, called));
    }

    [Fact]
    public async Task Client_DeadlineNotInUtc_IsRefused()
    {
        await using var test = await StartAsync();

        var local = new DateTime(2026, 1, 1, 12, 0, 10, DateTimeKind.Local);
        Assert.Throws<ArgumentException>(() => { _ = test.Client.SayAsync(new Words(), deadline: local); });
    }

    private Task<EchoTest> StartAsync() => EchoTest.StartAsync(client: new GrpcChannelOptions { Time = _clientTime }, serverTime: _serverTime);

    private CallOptions InTenSeconds() => new(deadline: _clientTime.GetUtcNow().UtcDateTime + TenSeconds);

    /// <summary>A clock whose timers are late: they never come.</summary>
    private sealed class LateTimers : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => new VirtualTime().CreateTimer(callback, state, dueTime, period);
    }
}
