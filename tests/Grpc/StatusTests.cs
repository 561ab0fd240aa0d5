using ActorCsi.Tests.Rpc.Proto;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Rpc;

/// <summary>Whatever a handler ends with reaches the caller as a status, and nothing more than that.</summary>
public class StatusTests
{
    private const string Canary = "canary-7c1f";

    public static TheoryData<StatusCode> Codes => [.. Enum.GetValues<StatusCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Act_HandlerThrowsRpcException_CallerGetsCodeDetailAndTrailers(StatusCode code)
    {
        if (code == StatusCode.OK)
            return; // an OK that is thrown has no message: see below
        await using var test = await EchoTest.StartAsync();
        const string detail = "100% sûr, \"日本\"\r\n\t/path?x=%41 😀";
        test.OnAct = (_, _) => throw new RpcException(new Status(code, detail), new Metadata { { "why", "so" }, { "raw-bin", [0, 255, 10] } });

        var e = await test.ActFailsAsync();

        Assert.Equal((code, detail), (e.StatusCode, e.Status.Detail));
        Assert.Equal("so", e.Trailers.GetValue("why"));
        Assert.Equal([0, 255, 10], e.Trailers.GetValueBytes("raw-bin"));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Act_HandlerSetsStatus_CallerGetsIt(StatusCode code)
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (request, context) =>
        {
            context.Status = new Status(code, "said");
            context.ResponseTrailers.Add("why", "so");
            return Task.FromResult(request);
        };

        using var call = test.Client.ActAsync(new Words { Text = "x" });
        var failure = await Record.ExceptionAsync(async () => Assert.Equal("x", (await call).Text));

        Assert.Equal(code == StatusCode.OK ? null : code, (failure as RpcException)?.StatusCode);
        Assert.Equal(new Status(code, "said"), call.GetStatus() with { });
        Assert.Equal("so", call.GetTrailers().GetValue("why"));
    }

    [Fact]
    public async Task Act_HandlerThrowsItsOwnTrailers_CallerGetsThemOnce()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, context) =>
        {
            context.ResponseTrailers.Add("why", "so");
            throw new RpcException(new Status(StatusCode.Aborted, ""), context.ResponseTrailers);
        };

        Assert.Equal("so", Assert.Single((await test.ActFailsAsync()).Trailers.GetAll("why")).Value);
    }

    [Fact]
    public async Task Act_HandlerThrowsOk_IsInternal()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, _) => throw new RpcException(Status.DefaultSuccess);

        Assert.Equal(StatusCode.Internal, (await test.ActFailsAsync()).StatusCode);
    }

    [Fact]
    public async Task Act_HandlerThrowsAnything_IsUnknownAndOnlyTheLogHasTheText()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, _) => throw new InvalidOperationException(Canary);

        var e = await test.ActFailsAsync();

        Assert.Equal((StatusCode.Unknown, "The handler threw an exception."), (e.StatusCode, e.Status.Detail));
        Assert.Equal(Canary, Assert.Single(test.Log.Lines, line => line.Level == LogLevel.Error).Exception!.Message);
    }

    [Fact]
    public async Task Act_DetailedErrors_TellTheText()
    {
        await using var test = await EchoTest.StartAsync(server => server.EnableDetailedErrors = true);
        test.OnAct = (_, _) => throw new InvalidOperationException(Canary);

        var e = await test.ActFailsAsync();

        Assert.Equal((StatusCode.Unknown, $"The handler threw InvalidOperationException: {Canary}"), (e.StatusCode, e.Status.Detail));
    }

    [Fact]
    public async Task Act_HandlerReturnsNull_IsInternal()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, _) => Task.FromResult<Words>(null!);

        Assert.Equal(StatusCode.Internal, (await test.ActFailsAsync()).StatusCode);
    }

    [Fact]
    public async Task Act_LongDetail_ArrivesWhole()
    {
        await using var test = await EchoTest.StartAsync();
        var detail = new string('é', 9_000); // 54,000 bytes escaped: several header frames, within HttpClient's 64 KiB
        test.OnAct = (_, _) => throw new RpcException(new Status(StatusCode.Aborted, detail));

        Assert.Equal(detail, (await test.ActFailsAsync()).Status.Detail);
    }

    [Fact]
    public async Task Act_DetailLargerThanTheClientTakes_IsUnavailableAndTheChannelGoesOn()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, _) => throw new RpcException(new Status(StatusCode.Aborted, new string('x', 100_000)));

        Assert.Equal(StatusCode.Unavailable, (await test.ActFailsAsync()).StatusCode);
        Assert.Equal("x", (await test.Client.SayAsync(new Words { Text = "x" })).Text);
    }

    [Fact]
    public async Task GetStatus_BeforeTheEnd_Throws()
    {
        await using var test = await EchoTest.StartAsync();
        var release = new TaskCompletionSource();
        test.OnAct = async (request, _) =>
        {
            await release.Task;
            return request;
        };

        using var call = test.Client.ActAsync(new Words());

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        release.SetResult();
        await call;
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }
}
