using System.Net.Sockets;
using ActorCsi.Testing;
using ActorCsi.Tests.Rpc.Proto;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorCsi.Tests.Rpc;

/// <summary>Whatever answers, and however, the client ends with the status that gRPC gives to it, and the next call works.</summary>
public class MisbehavingServerTests
{
    private static readonly byte[] Sound = Frames.Message(new Words { Text = "x" }.ToByteArray());

    public static TheoryData<string, Func<HttpContext, Task>, StatusCode, string> Responses => new()
    {
        { "no grpc-status", http => AnswerAsync(http, Sound, grpcStatus: null), StatusCode.Unknown, "without a grpc-status" },
        { "nothing at all", http => AnswerAsync(http, [], grpcStatus: null), StatusCode.Unknown, "without a grpc-status" },
        { "OK without a message", http => AnswerAsync(http, [], "0"), StatusCode.Internal, "OK without a message" },
        { "OK without a body", http => HeadersOnlyAsync(http, "0"), StatusCode.Internal, "OK without a message" },
        { "a status that is no number", http => AnswerAsync(http, Sound, "abc"), StatusCode.Unknown, "\"abc\"" },
        { "a negative status", http => AnswerAsync(http, Sound, "-1"), StatusCode.Unknown, "\"-1\"" },
        { "a status of the future", http => HeadersOnlyAsync(http, "17"), StatusCode.Unknown, "\"17\"" },
        { "a message and a failure", http => AnswerAsync(http, Sound, "5"), StatusCode.NotFound, "" },
        { "a broken escape", http => AnswerAsync(http, [], "5", "100%, %ZZ, %e2%82%ac, %4"), StatusCode.NotFound, "100%, %ZZ, €, %4" },
        { "a failure under HTTP 503", http => HeadersOnlyAsync(http, "8", httpStatus: 503), StatusCode.ResourceExhausted, "" },
        { "a trailer that is not base64", http => AnswerAsync(http, [], "5", "gone", ("raw-bin", "***")), StatusCode.NotFound, "gone" },
        { "a trailer with an impossible name", http => AnswerAsync(http, [], "5", "gone", ("a!b", "x")), StatusCode.NotFound, "gone" },
        { "half a prefix", http => AnswerAsync(http, [0, 0, 0], "0"), StatusCode.Internal, "after 3 bytes" },
        { "half a message", http => AnswerAsync(http, Frames.Message([1, 2], length: 3), "0"), StatusCode.Internal, "after 7 bytes" },
        { "two messages", http => AnswerAsync(http, [.. Sound, .. Sound], "0"), StatusCode.Internal, "more than one message" },
        { "a message and a byte", http => AnswerAsync(http, [.. Sound, 0], "0"), StatusCode.Internal, "more than one message" },
        { "an unknown flag", http => AnswerAsync(http, Frames.Message([1], flag: 0x7f), "0"), StatusCode.Internal, "begins with the byte 127" },
        { "compressed", http => CompressedAsync(http), StatusCode.Internal, "compressed" },
        { "no protobuf", http => AnswerAsync(http, Frames.Message("not protobuf"u8), "0"), StatusCode.Internal, "not a valid Words" },
        { "as long as can be said", http => AnswerAsync(http, Frames.Message([], length: uint.MaxValue), "0"), StatusCode.ResourceExhausted, "4294967295 bytes" },
        { "5 MiB", http => AnswerAsync(http, Frames.Message(new byte[5 << 20]), "0"), StatusCode.ResourceExhausted, "5242880 bytes" },
        { "5 MiB of no frame", http => AnswerAsync(http, new byte[5 << 20], "0"), StatusCode.Internal, "more than one message" },
        { "a page", http => PageAsync(http, 200), StatusCode.Unknown, "HTTP 200, content-type \"text/html\"" },
        { "a redirect", http => PageAsync(http, 302), StatusCode.Unknown, "HTTP 302" },
        { "400", http => PageAsync(http, 400), StatusCode.Internal, "HTTP 400" },
        { "401", http => PageAsync(http, 401), StatusCode.Unauthenticated, "HTTP 401" },
        { "403", http => PageAsync(http, 403), StatusCode.PermissionDenied, "HTTP 403" },
        { "404", http => PageAsync(http, 404), StatusCode.Unimplemented, "HTTP 404" },
        { "429", http => PageAsync(http, 429), StatusCode.Unavailable, "HTTP 429" },
        { "500", http => PageAsync(http, 500), StatusCode.Unknown, "HTTP 500" },
        { "502", http => PageAsync(http, 502), StatusCode.Unavailable, "HTTP 502" },
        { "503", http => PageAsync(http, 503), StatusCode.Unavailable, "HTTP 503" },
        { "504", http => PageAsync(http, 504), StatusCode.Unavailable, "HTTP 504" },
        { "reset: PROTOCOL_ERROR", http => ResetAsync(http, 0x1), StatusCode.Internal, "HTTP/2 error 1" },
        { "reset: INTERNAL_ERROR", http => ResetAsync(http, 0x2), StatusCode.Internal, "HTTP/2 error 2" },
        { "reset: CANCEL", http => ResetAsync(http, 0x8), StatusCode.Cancelled, "HTTP/2 error 8" },
        { "reset: ENHANCE_YOUR_CALM", http => ResetAsync(http, 0xb), StatusCode.ResourceExhausted, "HTTP/2 error 11" },
        { "reset: INADEQUATE_SECURITY", http => ResetAsync(http, 0xc), StatusCode.PermissionDenied, "HTTP/2 error 12" },
        { "reset in the middle", http => ResetAsync(http, 0x2, begin: true), StatusCode.Internal, "HTTP/2 error 2" },
        { "connection lost", http => HangUpAsync(http), StatusCode.Unavailable, "connection" },
        { "connection lost in the middle", http => HangUpAsync(http, begin: true), StatusCode.Unavailable, "connection" },
    };

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task Response_Wrong_HasItsStatusAndTheNextCallWorks(
        string fault, Func<HttpContext, Task> respond, StatusCode expected, string detail)
    {
        await using var server = await UnixServer.StartAsync(_ => { }, app => app.Run(http => http.Request.Path.Value!.EndsWith("Say", StringComparison.Ordinal)
            ? AnswerAsync(http, Sound, "0")
            : respond(http)));
        using var channel = server.OpenChannel();
        var client = new Echo.EchoClient(channel);

        using var call = client.ActAsync(new Words());
        var e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon());

        Assert.True(e.StatusCode == expected, $"{fault}: {e.Status}");
        Assert.Contains(detail, e.Status.Detail, StringComparison.Ordinal);
        Assert.Equal((expected, e.Status.Detail), (call.GetStatus().StatusCode, call.GetStatus().Detail));
        Assert.Equal("x", (await client.SayAsync(new Words()).ResponseAsync.Soon()).Text);
    }

    [Fact]
    public async Task Response_RefusedStream_IsRetriedAndThenUnavailable()
    {
        var tries = 0;
        await using var server = await UnixServer.StartAsync(_ => { }, app => app.Run(http =>
        {
            tries++;
            return ResetAsync(http, 0x7);
        }));
        using var channel = server.OpenChannel();

        var e = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel).SayAsync(new Words { Text = "x" }).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.True(tries > 1, "HttpClient resends what a server provably did not process; the body must be good for that.");
    }

    [Fact]
    public async Task Response_EndsBeforeTheRequest_IsTheStatusItSays()
    {
        await using var server = await UnixServer.StartAsync(_ => { }, app => app.Run(http => HeadersOnlyAsync(http, "7")));
        using var channel = server.OpenChannel();

        // Larger than the flow-control window: the server answers and resets while the request is still being sent.
        var large = new Words { Data = ByteString.CopyFrom(new byte[3 << 20]) };
        for (var i = 0; i < 20; i++)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel).SayAsync(large).ResponseAsync.Soon());
            Assert.Equal(StatusCode.PermissionDenied, e.StatusCode);
        }
    }

    [Fact]
    public async Task Response_Never_EndsAtTheDeadline()
    {
        var time = new VirtualTime();
        await using var server = await UnixServer.StartAsync(_ => { }, app => app.Run(http => Task.Delay(Timeout.Infinite, http.RequestAborted)));
        using var channel = server.OpenChannel(new GrpcChannelOptions { Time = time });

        var call = new Echo.EchoClient(channel).SayAsync(new Words(), deadline: time.GetUtcNow().UtcDateTime.AddSeconds(3));
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon())).StatusCode);
    }

    [Fact]
    public async Task Response_StopsInTheMiddle_EndsAtTheDeadline()
    {
        var time = new VirtualTime();
        var begun = new TaskCompletionSource();
        await using var server = await UnixServer.StartAsync(_ => { }, app => app.Run(async http =>
        {
            await BeginAsync(http);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }));
        using var channel = server.OpenChannel(new GrpcChannelOptions { Time = time });

        var call = new Echo.EchoClient(channel).SayAsync(new Words(), deadline: time.GetUtcNow().UtcDateTime.AddSeconds(3));
        await begun.Task.Soon();
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon())).StatusCode);
    }

    [Fact]
    public async Task Socket_NotThere_IsUnavailable() => Assert.Equal(StatusCode.Unavailable, await CodeOfAsync($"/tmp/{Guid.NewGuid():N}.sock"));

    [Fact]
    public async Task Socket_NobodyListens_IsUnavailable()
    {
        var path = NewSocketPath();
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            socket.Bind(new UnixDomainSocketEndPoint(path)); // the file stays, as after kill -9
        try
        {
            Assert.Equal(StatusCode.Unavailable, await CodeOfAsync(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")] // accepts and hangs up
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task Socket_SpeaksNoHttp2_IsFailure(string greeting)
    {
        var path = NewSocketPath();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        var greeted = Task.Run(async () =>
        {
            using var connection = await socket.AcceptAsync();
            await connection.SendAsync(System.Text.Encoding.ASCII.GetBytes(greeting));
        });
        try
        {
            // Which of the two depends on what is seen first: the end of the connection or the bytes before it.
            Assert.True(await CodeOfAsync(path) is StatusCode.Unavailable or StatusCode.Internal);
            await greeted.Soon();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("ftp://localhost")]
    [InlineData("unix:///run/x.sock")]
    public void ForAddress_OtherScheme_IsRefused(string address) => Assert.Throws<ArgumentException>(() => GrpcChannel.ForAddress(address));

    private static string NewSocketPath() => Path.Combine(Path.GetTempPath(), $"rpc-{Guid.NewGuid():N}.sock");

    private static async Task<StatusCode> CodeOfAsync(string socket)
    {
        using var handler = UnixServer.Handler(socket);
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
        return (await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel).SayAsync(new Words()).ResponseAsync.Soon())).StatusCode;
    }

    private static async Task AnswerAsync(HttpContext http, byte[] body, string? grpcStatus, string? grpcMessage = null, params (string Name, string Value)[] trailers)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(body);
        await http.Response.Body.FlushAsync();
        if (grpcStatus is not null)
            http.Response.AppendTrailer("grpc-status", grpcStatus);
        if (grpcMessage is not null)
            http.Response.AppendTrailer("grpc-message", grpcMessage);
        foreach (var (name, value) in trailers)
            http.Response.AppendTrailer(name, value);
    }

    private static Task HeadersOnlyAsync(HttpContext http, string grpcStatus, int httpStatus = 200)
    {
        http.Response.StatusCode = httpStatus;
        http.Response.ContentType = "application/grpc";
        http.Response.Headers.GrpcStatus = grpcStatus;
        return Task.CompletedTask;
    }

    private static Task CompressedAsync(HttpContext http)
    {
        http.Response.Headers.GrpcEncoding = "gzip";
        return AnswerAsync(http, Frames.Message([0x1f, 0x8b], flag: 1), "0");
    }

    private static async Task PageAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html";
        await http.Response.WriteAsync("<html>");
    }

    private static async Task BeginAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(Frames.Message([1], length: 100));
        await http.Response.Body.FlushAsync();
    }

    private static async Task ResetAsync(HttpContext http, int errorCode, bool begin = false)
    {
        if (begin)
            await BeginAsync(http);
        http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode);
    }

    private static async Task HangUpAsync(HttpContext http, bool begin = false)
    {
        if (begin)
            await BeginAsync(http);
        http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
    }
}
