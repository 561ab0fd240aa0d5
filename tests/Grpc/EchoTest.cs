using ActorCsi.Tests.Rpc.Proto;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Rpc;

/// <summary>The echo service on a socket and a client for it, for one test.</summary>
internal sealed class EchoTest : IAsyncDisposable
{
    private EchoTest(UnixServer server, GrpcChannel channel, LogCapture log)
    {
        Server = server;
        Channel = channel;
        Log = log;
        Client = new Echo.EchoClient(channel);
    }

    public UnixServer Server { get; }

    public GrpcChannel Channel { get; }

    public Echo.EchoClient Client { get; }

    public LogCapture Log { get; }

    public Func<Words, ServerCallContext, Task<Words>> OnAct
    {
        set => Server.Echo.OnAct = value;
    }

    public static async Task<EchoTest> StartAsync(
        Action<GrpcServiceOptions>? server = null, GrpcChannelOptions? client = null, TimeProvider? serverTime = null)
    {
        var log = new LogCapture();
        var started = await UnixServer.StartEchoAsync(
            services =>
            {
                services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
                if (serverTime is not null)
                    services.AddSingleton(serverTime);
            },
            server);
        return new EchoTest(started, started.OpenChannel(client), log);
    }

    /// <summary>Calls Act and gives the failure that the client saw.</summary>
    public Task<RpcException> ActFailsAsync(CallOptions options = default)
        => Assert.ThrowsAsync<RpcException>(async () => await Client.ActAsync(new Words(), options));

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await Server.DisposeAsync();
    }
}
