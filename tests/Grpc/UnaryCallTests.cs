using ActorCsi.Tests.Rpc.Proto;
using Grpc.Core;

namespace ActorCsi.Tests.Rpc;

/// <summary>A call carries a request there and a response back.</summary>
public class UnaryCallTests
{
    [Fact]
    public async Task Say_OverUnixSocket_ComesBack()
    {
        await using var server = await UnixServer.StartEchoAsync();
        using var channel = server.OpenChannel();
        var client = new Echo.EchoClient(channel);

        Assert.Equal("hello", (await client.SayAsync(new Words { Text = "hello" })).Text);
        Assert.Equal("again", client.Say(new Words { Text = "again" }).Text);
    }

    [Fact]
    public async Task Never_NoHandler_IsUnimplemented()
    {
        await using var server = await UnixServer.StartEchoAsync();
        using var channel = server.OpenChannel();

        var e = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).NeverAsync(new Words()));

        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }
}
