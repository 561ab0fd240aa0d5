using System.Text.RegularExpressions;
using ActorCsi.Embedded.Http2;
using ActorCsi.Tests.Rpc.Proto;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorCsi.Tests.Rpc;

/// <summary>The server against HTTP/2 clients that are not .NET's: curl and h2load, both on nghttp2.</summary>
public sealed partial class OtherClientsTests : IDisposable
{
    private const string Say = "http://localhost/actorcsi.test.Echo/Say";

    private readonly string _message = Path.GetTempFileName();

    public OtherClientsTests() => File.WriteAllBytes(_message, Frames.Message(new Words { Text = "hello" }.ToByteArray()));

    public void Dispose() => File.Delete(_message);

    [ToolFact("curl", "curl")]
    public async Task Curl_Call_GetsMessageAndTrailers()
    {
        await using var server = await StartAsync();

        var answer = await CurlAsync(server, Say);

        Assert.Contains("content-type: application/grpc\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\0\0\0\0\a\n\u0005hello", answer, StringComparison.Ordinal);
        Assert.Contains("grpc-status: 0\r\n", answer, StringComparison.Ordinal);
    }

    [ToolFact("curl", "curl")]
    public async Task Curl_Failure_GetsTrailersOnly()
    {
        await using var server = await StartAsync();
        server.Echo.OnAct = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "no such volume: 50% é"));

        var answer = await CurlAsync(server, "http://localhost/actorcsi.test.Echo/Act");

        Assert.Contains("grpc-status: 5\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("grpc-message: no such volume: 50%25 %C3%A9\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [ToolFact("curl", "curl")]
    public async Task Curl_Compressed_IsUnimplemented()
    {
        await using var server = await StartAsync();

        var answer = await CurlAsync(server, Say, "-H", "grpc-encoding: gzip");

        Assert.Contains("grpc-status: 12\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("grpc-accept-encoding: identity\r\n", answer, StringComparison.Ordinal);
    }

    [ToolFact("curl", "curl")]
    public async Task Curl_LargeMessage_ComesBackWhole()
    {
        await using var server = await StartAsync();
        var data = new byte[1 << 20];
        new Random(1).NextBytes(data);
        var message = Frames.Message(new Words { Data = ByteString.CopyFrom(data) }.ToByteArray());
        await File.WriteAllBytesAsync(_message, message);

        Assert.Contains(System.Text.Encoding.Latin1.GetString(message), await CurlAsync(server, Say), StringComparison.Ordinal);
    }

    [ToolFact("curl", "curl")]
    public async Task Curl_EscapedAuthority_IsServedBehindTheRewriter() // nghttp2 sends it Huffman coded and indexed
    {
        await using var server = await StartAsync(listen => listen.UseLocalhostAuthority());

        var answer = await CurlAsync(server, Say, "-H", "Host: %2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fx-reg.sock");

        Assert.Contains("grpc-status: 0\r\n", answer, StringComparison.Ordinal);
    }

    [ToolFact("h2load", "nghttp2-client")]
    public async Task H2load_ManyStreamsAndConnections_AllSucceed()
    {
        await using var server = await StartAsync();

        Assert.Equal("2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout", await H2loadAsync(server));
    }

    [ToolFact("h2load", "nghttp2-client")]
    public async Task H2load_BehindTheRewriter_AllSucceed()
    {
        await using var server = await StartAsync(listen => listen.UseLocalhostAuthority());

        Assert.Equal("2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout", await H2loadAsync(server));
    }

    private static Task<UnixServer> StartAsync(Action<ListenOptions>? listen = null) => UnixServer.StartEchoAsync(listen: listen);

    private Task<string> CurlAsync(UnixServer server, string url, params string[] more) => Tool.RunAsync(
        "curl",
        [
            "--http2-prior-knowledge", "--unix-socket", server.Socket, "-sS", "--max-time", "20", "-D", "-", "--data-binary", $"@{_message}",
            "-H", "content-type: application/grpc", "-H", "te: trailers", "-H", "Expect:", .. more, url,
        ]);

    private async Task<string> H2loadAsync(UnixServer server)
    {
        var report = await Tool.RunAsync(
            "h2load", $"--base-uri=unix:{server.Socket}", "-n", "2000", "-c", "4", "-m", "16", "-d", _message,
            "-H", "content-type: application/grpc", "-H", "te: trailers", Say);
        return RequestsLine().Match(report).Groups[1].Value;
    }

    [GeneratedRegex("^requests: (.*)$", RegexOptions.Multiline)]
    private static partial Regex RequestsLine();
}
