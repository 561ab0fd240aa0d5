using System.Net;
using System.Net.Http.Headers;
using ActorCsi.Embedded.Http2;
using ActorCsi.Tests.Rpc.Proto;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Rpc;

/// <summary>A call that is wrong in one thing is refused with a status that says which; the connection, or at least the server, lives on.</summary>
public class MalformedRequestTests
{
    private const string Say = "/actorcsi.test.Echo/Say";

    private static readonly byte[] Sound = Frames.Message(new Words { Text = "x" }.ToByteArray());

    public static TheoryData<string, byte[], StatusCode, string> Bodies => new()
    {
        { "nothing", [], StatusCode.Internal, "holds no message" },
        { "half a prefix", [0, 0, 0], StatusCode.Internal, "after 3 bytes" },
        { "a prefix alone", Frames.Message([], length: 1), StatusCode.Internal, "after 5 bytes" },
        { "half a message", Frames.Message([1, 2], length: 3), StatusCode.Internal, "after 7 bytes" },
        { "two messages", [.. Sound, .. Sound], StatusCode.Internal, "more than one message" },
        { "a message and a byte", [.. Sound, 0], StatusCode.Internal, "more than one message" },
        { "compressed, unannounced", Frames.Message([1], flag: 1), StatusCode.Internal, "flagged as compressed" },
        { "an unknown flag", Frames.Message([1], flag: 2), StatusCode.Internal, "begins with the byte 2" },
        { "longer than 4 MiB", Frames.Message([], length: 4 * 1024 * 1024 + 1), StatusCode.ResourceExhausted, "4194305 bytes" },
        { "as long as can be said", Frames.Message([], length: uint.MaxValue), StatusCode.ResourceExhausted, "4294967295 bytes" },
        { "no protobuf", Frames.Message("not protobuf"u8), StatusCode.Internal, "not a valid Words" },
        { "cut off protobuf", Frames.Message([0x0a, 0x05, 0x61]), StatusCode.Internal, "not a valid Words" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_Malformed_IsRefusedAndTheConnectionLives(string fault, byte[] body, StatusCode expected, string message)
    {
        await using var test = await EchoTest.StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock(Say)), .. Frames.Data(body)]);
        var answer = await raw.ReadAnswerAsync();

        Assert.True(answer.GrpcStatus == (int)expected, $"{fault}: {answer}");
        Assert.Contains(message, answer["grpc-message"], StringComparison.Ordinal);
        await AssertServesAsync(raw);
        Assert.DoesNotContain(test.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Body_InPiecesOfOneByte_IsOneMessage()
    {
        await using var test = await EchoTest.StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync(Frames.Headers(Frames.CallBlock(Say)));
        foreach (var b in Sound)
            await raw.SendAsync(Frames.Data([b], flags: 0));
        await raw.SendAsync(Frames.Data([]));
        var answer = await raw.ReadAnswerAsync();

        Assert.Equal(0, answer.GrpcStatus);
        Assert.Equal(Sound, answer.Body);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("no such thing")]
    public async Task Encoding_NotIdentity_IsUnimplementedAndToldWhatIs(string encoding)
    {
        await using var test = await EchoTest.StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock(Say, ("grpc-encoding", encoding))), .. Frames.Data(Frames.Message([1, 2], flag: 1))]);
        var answer = await raw.ReadAnswerAsync();

        Assert.Equal((int)StatusCode.Unimplemented, answer.GrpcStatus);
        Assert.Equal("identity", answer["grpc-accept-encoding"]);
        Assert.Contains(encoding, answer["grpc-message"], StringComparison.Ordinal);
        await AssertServesAsync(raw);
    }

    [Theory]
    [InlineData("grpc-encoding", "identity")]
    [InlineData("content-type", "application/grpc+proto")]
    [InlineData("content-type", "application/grpc;charset=utf-8")]
    [InlineData("te", null)]
    [InlineData("user-agent", null)]
    public async Task Headers_UnusualButSound_AreServed(string name, string? value)
    {
        await using var test = await EchoTest.StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock(Say, (name, value))), .. Frames.Data(Sound)]);

        Assert.Equal(0, (await raw.ReadAnswerAsync()).GrpcStatus);
    }

    [Theory]
    [InlineData("/actorcsi.test.Echo/Nothing")]
    [InlineData("/actorcsi.test.Nobody/Say")]
    [InlineData("/actorcsi.test.echo/nothing")]
    [InlineData("/a/b")]
    public async Task Path_Unknown_IsUnimplemented(string path)
    {
        await using var test = await EchoTest.StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock(path)), .. Frames.Data(Sound)]);
        var answer = await raw.ReadAnswerAsync();

        Assert.Equal(((int)StatusCode.Unimplemented, "application/grpc"), (answer.GrpcStatus!.Value, answer["content-type"]));
        Assert.Contains(path, answer["grpc-message"], StringComparison.Ordinal);
        await AssertServesAsync(raw);
    }

    [Theory]
    [InlineData(Say, ":method", "GET", 405)]
    [InlineData(Say, ":method", "PUT", 405)]
    [InlineData(Say, "content-type", "text/plain", 415)]
    [InlineData(Say, "content-type", "application/grpc-web", 415)]
    [InlineData(Say, "content-type", "application/json", 415)]
    [InlineData(Say, "content-type", null, 415)]
    [InlineData("/actorcsi.test.Echo/Nothing", "content-type", "text/plain", 404)]
    [InlineData("/a/b", ":method", "GET", 404)]
    [InlineData("/", "content-type", "application/grpc", 404)]
    [InlineData("/a/b/c", "content-type", "application/grpc", 404)]
    public async Task Request_NoCall_IsRefusedInTermsOfHttp(string path, string header, string? value, int expected)
    {
        await using var test = await EchoTest.StartAsync();
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock(path, (header, value))), .. Frames.Data(Sound)]);
        var answer = await raw.ReadAnswerAsync();

        Assert.Equal(($"{expected}", null), (answer[":status"], answer.GrpcStatus));
        await AssertServesAsync(raw);
    }

    [Fact]
    public async Task Request_OverHttp11_IsToldToUpgrade()
    {
        await using var server = await UnixServer.StartEchoAsync(listen: listen => listen.Protocols = HttpProtocols.Http1);
        using var client = new HttpClient(UnixServer.Handler(server.Socket));
        using var content = new ByteArrayContent(Sound);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        using var response = await client.PostAsync($"http://localhost{Say}", content);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task UnknownService_LeftToOthers_IsNotFound()
    {
        await using var test = await EchoTest.StartAsync(server => server.IgnoreUnknownServices = true);
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock("/a/b")), .. Frames.Data(Sound)]);
        Assert.Equal("404", (await raw.ReadAnswerAsync())[":status"]);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Nothing"), streamId: 3), .. Frames.Data(Sound, streamId: 3)]);
        Assert.Equal((int)StatusCode.Unimplemented, (await raw.ReadAnswerAsync(streamId: 3)).GrpcStatus);
    }

    public static TheoryData<string, byte[]> Connections => new()
    {
        { "no preface", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray() },
        { "half a preface", Frames.Preface[..10].ToArray() },
        { "zeros", new byte[64] },
        { "half a frame header", [.. Frames.Preface, .. Frames.Settings(), 0, 0] },
        { "half a headers frame", [.. Frames.Preface, .. Frames.Settings(), 0, 0, 9, 1, 4, 0, 0, 0, 1, 0x82] },
        { "data on a stream that is not open", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Data(Sound, streamId: 5)] },
        { "headers on stream 0", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers(Frames.CallBlock(Say), streamId: 0)] },
        { "headers on an even stream", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers(Frames.CallBlock(Say), streamId: 2)] },
        { "headers that cannot be decoded", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers([0x80])] },
        { "headers cut off", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers(Frames.CallBlock(Say).AsSpan(0, 40))] },
        { "headers interrupted", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers(Frames.CallBlock(Say), flags: 0), .. Frames.Data(Sound)] },
        {
            "headers continued on another stream",
            [
                .. Frames.Preface, .. Frames.Settings(), .. Frames.Headers(Frames.CallBlock(Say), flags: 0),
                .. Frames.Of(FrameHeader.Continuation, FrameHeader.EndHeaders, 3, []),
            ]
        },
        { "a continuation of nothing", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Of(FrameHeader.Continuation, FrameHeader.EndHeaders, 1, [0x82])] },
        { "a frame larger than allowed", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Data(new byte[16_385])] },
        { "headers larger than allowed", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers(new byte[16_385])] },
        { "padding longer than the frame", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers([9, 0x82], flags: FrameHeader.EndHeaders | FrameHeader.Padded)] },
        { "padding without its length", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers([], flags: FrameHeader.EndHeaders | FrameHeader.Padded)] },
        { "priority cut off", [.. Frames.Preface, .. Frames.Settings(), .. Frames.Headers([0, 0, 0], flags: FrameHeader.EndHeaders | FrameHeader.Priority)] },
    };

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Connection_Malformed_EndsAndTheServerLives(string fault, byte[] bytes)
    {
        await using var server = await UnixServer.StartEchoAsync();
        var answer = await AssertEndsAsync(server, fault, bytes);

        // The rewriter of :authority leaves the judgement to Kestrel, so it must come out the same. (A connection that Kestrel closes with
        // bytes unread is reset by the system, which can swallow the GOAWAY.)
        await using var behindRewriter = await UnixServer.StartEchoAsync(listen: listen => listen.UseLocalhostAuthority());
        var answerBehindRewriter = await AssertEndsAsync(behindRewriter, fault, bytes);
        if (answer.GoAway is not null && answerBehindRewriter.GoAway is not null)
            Assert.Equal(answer.GoAway, answerBehindRewriter.GoAway);
    }

    private static async Task<RawAnswer> AssertEndsAsync(UnixServer server, string fault, byte[] bytes)
    {
        RawAnswer answer;
        await using (var raw = await RawConnection.OpenAsync(server.Socket))
        {
            await raw.SendAsync(bytes);
            raw.CloseSending(); // a server that waits for more hears that there is none
            answer = await raw.ReadAnswerAsync();
            Assert.True(answer.Closed || answer.GoAway is not null, $"{fault}: {answer}");
        }

        await using var next = await RawConnection.OpenHttp2Async(server.Socket);
        await AssertServesAsync(next);
        return answer;
    }

    private static async Task AssertServesAsync(RawConnection raw)
    {
        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock(Say), streamId: 99), .. Frames.Data(Sound, streamId: 99)]);
        var answer = await raw.ReadAnswerAsync(streamId: 99);
        Assert.True(answer.GrpcStatus == 0, answer.ToString());
        Assert.Equal(Sound, answer.Body);
    }
}
