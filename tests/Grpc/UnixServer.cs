using System.Net.Sockets;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Rpc;

/// <summary>Kestrel with HTTP/2 on a unix socket of its own, gone when disposed.</summary>
internal sealed class UnixServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private UnixServer(WebApplication app, string socket)
    {
        _app = app;
        Socket = socket;
    }

    public string Socket { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<UnixServer> StartAsync(
        Action<IServiceCollection> services, Action<WebApplication> map, Action<ListenOptions>? listen = null)
    {
        var socket = Path.Combine(Path.GetTempPath(), $"rpc-{Guid.NewGuid():N}.sock");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            listen?.Invoke(options);
        }));
        builder.Services.AddRouting();
        services(builder.Services);
        var app = builder.Build();
        app.UseRouting();
        map(app);
        await app.StartAsync();
        return new UnixServer(app, socket);
    }

    /// <summary>Serves the echo service.</summary>
    public static Task<UnixServer> StartEchoAsync(
        Action<IServiceCollection>? services = null, Action<GrpcServiceOptions>? options = null, Action<ListenOptions>? listen = null)
        => StartAsync(
            s =>
            {
                s.AddGrpc(options ?? (_ => { }));
                s.AddSingleton<EchoService>();
                services?.Invoke(s);
            },
            app => app.MapGrpcService<EchoService>(),
            listen);

    public EchoService Echo => Services.GetRequiredService<EchoService>();

    public GrpcChannel OpenChannel(GrpcChannelOptions? options = null)
    {
        options ??= new GrpcChannelOptions();
        options.HttpHandler ??= Handler(Socket);
        options.DisposeHttpClient = true;
        return GrpcChannel.ForAddress("http://localhost", options);
    }

    public static SocketsHttpHandler Handler(string socket) => new()
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(Socket);
    }
}
