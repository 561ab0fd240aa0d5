using ActorCsi.Tests.Rpc.Proto;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActorCsi.Tests.Rpc;

/// <summary>A message over a limit is refused where the limit is set, with RESOURCE_EXHAUSTED; one at the limit passes.</summary>
public class MessageSizeTests
{
    private const int FourMiB = 4 * 1024 * 1024;

    [Theory]
    [InlineData(0, StatusCode.OK)]
    [InlineData(1, StatusCode.ResourceExhausted)]
    public async Task Server_Receives4MiBUnlessToldOtherwise(int over, StatusCode expected)
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, _) => Task.FromResult(new Words());

        Assert.Equal(expected, await CodeOfAsync(test, FourMiB + over));
    }

    [Theory]
    [InlineData(1000, StatusCode.OK)]
    [InlineData(1001, StatusCode.ResourceExhausted)]
    public async Task Server_MaxReceiveMessageSize_IsTheLimit(int size, StatusCode expected)
    {
        await using var test = await EchoTest.StartAsync(server => server.MaxReceiveMessageSize = 1000);
        test.OnAct = (_, _) => Task.FromResult(new Words());

        Assert.Equal(expected, await CodeOfAsync(test, size));
    }

    [Theory]
    [InlineData(1000, StatusCode.OK)]
    [InlineData(1001, StatusCode.ResourceExhausted)]
    public async Task Server_MaxSendMessageSize_IsTheLimit(int size, StatusCode expected)
    {
        await using var test = await EchoTest.StartAsync(server => server.MaxSendMessageSize = 1000);

        Assert.Equal(expected, await CodeOfAsync(test, size));
    }

    [Theory]
    [InlineData(0, StatusCode.OK)]
    [InlineData(1, StatusCode.ResourceExhausted)]
    public async Task Client_Receives4MiBUnlessToldOtherwise(int over, StatusCode expected)
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (_, _) => Task.FromResult(MessageOf(FourMiB + over));

        Assert.Equal(expected, await CodeOfAsync(test, size: 0));
    }

    [Theory]
    [InlineData(1000, StatusCode.OK)]
    [InlineData(1001, StatusCode.ResourceExhausted)]
    public async Task Client_MaxReceiveMessageSize_IsTheLimit(int size, StatusCode expected)
    {
        await using var test = await EchoTest.StartAsync(client: new GrpcChannelOptions { MaxReceiveMessageSize = 1000 });
        test.OnAct = (_, _) => Task.FromResult(MessageOf(size));

        Assert.Equal(expected, await CodeOfAsync(test, size: 0));
    }

    [Theory]
    [InlineData(1000, StatusCode.OK)]
    [InlineData(1001, StatusCode.ResourceExhausted)]
    public async Task Client_MaxSendMessageSize_IsTheLimit(int size, StatusCode expected)
    {
        await using var test = await EchoTest.StartAsync(client: new GrpcChannelOptions { MaxSendMessageSize = 1000 });
        test.OnAct = (_, _) => Task.FromResult(new Words());

        Assert.Equal(expected, await CodeOfAsync(test, size));
    }

    [Fact]
    public async Task BothSides_LimitsTakenAway_Pass20MiB()
    {
        await using var test = await EchoTest.StartAsync(
            server => server.MaxReceiveMessageSize = null, new GrpcChannelOptions { MaxReceiveMessageSize = null });

        Assert.Equal(StatusCode.OK, await CodeOfAsync(test, 20 * 1024 * 1024));
    }

    [Fact]
    public async Task Server_BodyOverKestrelsOwnLimit_IsResourceExhausted()
    {
        await using var test = await EchoTest.StartAsync(server => server.MaxReceiveMessageSize = null);

        Assert.Equal(StatusCode.ResourceExhausted, await CodeOfAsync(test, 31 * 1024 * 1024)); // Kestrel: 30,000,000 bytes
    }

    private static async Task<StatusCode> CodeOfAsync(EchoTest test, int size)
    {
        var failure = await Record.ExceptionAsync(async () => await test.Client.ActAsync(MessageOf(size)));
        Assert.Equal("alive", (await test.Client.SayAsync(new Words { Text = "alive" })).Text);
        return failure is null ? StatusCode.OK : Assert.IsType<RpcException>(failure).StatusCode;
    }

    /// <summary>A message of exactly this many bytes on the wire; 1 to 127 cannot all be had, none of them is asked for.</summary>
    private static Words MessageOf(int size)
    {
        var message = new Words();
        if (size > 0)
        {
            message.Data = ByteString.CopyFrom(new byte[size - 8]);
            message.Data = ByteString.CopyFrom(new byte[size - (message.CalculateSize() - message.Data.Length)]);
        }

        Assert.Equal(size, message.CalculateSize());
        return message;
    }
}
