using System.Text;
using System.Text.Json;
using ActorCsi.Embedded.Http2;
using ActorCsi.Tests.Rpc.Proto;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Rpc.Http2;

/// <summary>A request whose :authority is the escaped socket path, as kubelet sends it, is served; plain Kestrel resets it.</summary>
public class KubeletAuthorityTests
{
    private static readonly byte[] Call = Frames.Data(Frames.Message(new Words { Text = "hello" }.ToByteArray()));

    public static TheoryData<string> CapturedAuthorities =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Captured", "registration.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("authority").GetString()!)
            .Distinct()];

    [Theory]
    [MemberData(nameof(CapturedAuthorities))]
    public async Task Call_CapturedAuthority_IsServed(string authority)
    {
        await using var server = await StartAsync(withRewriter: true);
        await using var kubelet = await RawConnection.OpenHttp2Async(server.Socket);

        await kubelet.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Say", (":authority", authority))), .. Call]);
        var answer = await kubelet.ReadAnswerAsync();

        Assert.True(answer.GrpcStatus == 0, answer.ToString());
        Assert.Equal("hello", Words.Parser.ParseFrom(answer.Body.ToArray().AsSpan(5)).Text);
    }

    [Fact]
    public async Task Call_EscapedAuthorityOnPlainKestrel_IsReset()
    {
        await using var server = await StartAsync(withRewriter: false);
        await using var kubelet = await RawConnection.OpenHttp2Async(server.Socket);

        await kubelet.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Say", (":authority", "%2Frun%2Fx.sock"))), .. Call]);

        Assert.Equal(1, (await kubelet.ReadAnswerAsync()).Reset); // PROTOCOL_ERROR: why there is a rewriter at all
    }

    [Fact]
    public async Task Host_EscapedAuthority_IsLocalhost()
    {
        await using var server = await UnixServer.StartAsync(
            _ => { }, app => app.MapPost("/", (HttpContext http) => http.Response.WriteAsync(http.Request.Host.Value!)), listen => listen.UseLocalhostAuthority());
        await using var raw = await RawConnection.OpenHttp2Async(server.Socket);

        await raw.SendAsync(Frames.Headers(Frames.CallBlock("/", (":authority", "%2Frun%2Fx.sock")), Frames.EndStream | FrameHeader.EndHeaders));

        Assert.Equal("localhost", Encoding.ASCII.GetString([.. (await raw.ReadAnswerAsync()).Body]));
    }

    private static Task<UnixServer> StartAsync(bool withRewriter) => UnixServer.StartEchoAsync(listen: listen =>
    {
        if (withRewriter)
            listen.UseLocalhostAuthority();
    });
}
