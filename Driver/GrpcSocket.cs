using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Driver;

/// <summary>
/// gRPC services on one unix socket, for as long as the driver runs: when the file is removed or replaced, it is made again.
/// </summary>
internal sealed class GrpcSocket : IAsyncDisposable
{
    /// <summary>kubelet drops a plugin that does not answer for 20 s; this is well below.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly SocketPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _change = new(1);
    private WebApplication? _server;
    private PrivateSocket? _socket;
    private ITimer? _timer;
    private bool _stopped;

    public GrpcSocket(SocketPlan plan, TimeProvider time, ILoggerFactory loggers)
    {
        _plan = plan;
        _time = time;
        _loggers = loggers;
        _log = loggers.CreateLogger<GrpcSocket>();
    }

    /// <summary>Opens the socket and keeps it open.</summary>
    public async Task Open(CancellationToken cancellationToken)
    {
        await Serve(cancellationToken);
        _timer = _time.CreateTimer(_ => _ = LookAfter(), null, LookEvery, LookEvery);
    }

    /// <summary>Makes the socket again when it is gone. Completes at once when it is in place.</summary>
    internal async Task LookAfter()
    {
        if (_socket is { IsInPlace: true } || !await _change.WaitAsync(TimeSpan.Zero))
            return;
        try
        {
            if (_stopped)
                return;
            Log.SocketGone(_log, _plan.Path);
            var old = _server;
            await Serve(CancellationToken.None);
            if (old is not null)
                await Stop(old, CancellationToken.None);
        }
        catch (Exception failure)
        {
            Log.SocketFailed(_log, _plan.Path, LookEvery, failure);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Takes no further calls, lets those in flight finish within the bound, removes the file.</summary>
    public async Task Close(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        await _change.WaitAsync(cancellationToken);
        _stopped = true;
        _socket?.Unlink();
        if (_server is not null)
            await Stop(_server, cancellationToken);
        _server = null;
    }

    private async Task Serve(CancellationToken cancellationToken)
    {
        var socket = PrivateSocket.Bind(_plan.Path);
        var server = Build(socket);
        await server.StartAsync(cancellationToken);
        (_socket, _server) = (socket, server);
    }

    private async Task Stop(WebApplication server, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(_plan.DrainTimeout);
        try
        {
            await server.StopAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            // The bound has passed: what is still in flight is cut off.
        }
        await server.DisposeAsync();
    }

    private WebApplication Build(PrivateSocket socket)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // the message limit counts
            kestrel.ListenUnixSocket(_plan.Path, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                _plan.Listen?.Invoke(listen);
            });
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket.Listener);
        builder.Services.AddRoutingCore();
        builder.Services.RemoveAll<ILoggerFactory>().AddSingleton(_loggers);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = _plan.MaxReceiveMessageSize);
        _plan.Services(builder.Services);

        var server = builder.Build();
        _plan.Map(server);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _timer?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _change.Dispose();
    }
}

/// <summary>What a socket serves.</summary>
internal sealed record SocketPlan
{
    /// <summary>Where it is.</summary>
    public required string Path { get; init; }

    /// <summary>Hands the services' instances over to the server.</summary>
    public required Action<IServiceCollection> Services { get; init; }

    /// <summary>Maps them.</summary>
    public required Action<IEndpointRouteBuilder> Map { get; init; }

    /// <summary>What the connections need beyond HTTP/2.</summary>
    public Action<ListenOptions>? Listen { get; init; }

    /// <summary>The largest request, in bytes.</summary>
    public required int MaxReceiveMessageSize { get; init; }

    /// <summary>How long calls in flight may take to finish.</summary>
    public required TimeSpan DrainTimeout { get; init; }
}
