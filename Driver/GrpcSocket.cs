using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Driver;

/// <summary>
/// gRPC services on one unix socket, for as long as the driver runs: when the file is removed or replaced, it is made again.
/// </summary>
internal sealed class GrpcSocket : IAsyncDisposable
{
    /// <summary>kubelet drops a plugin that is silent for 20 s; this is well below.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // What Grpc.AspNetCore needs of a service class when the program is trimmed.
    private const DynamicallyAccessedMemberTypes ServiceMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    private readonly string _path;
    private readonly CsiDriverOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();

    private Action<IServiceCollection> _services = _ => { };
    private Action<IEndpointRouteBuilder> _routes = _ => { };
    private Action<ListenOptions> _listen = listen => listen.Protocols = HttpProtocols.Http2;

    private GrpcApplication? _application;
    private PrivateSocket? _socket;
    private KestrelServer? _server;
    private Task _watch = Task.CompletedTask;
    private Task _drained = Task.CompletedTask;

    public GrpcSocket(string path, CsiDriverOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _path = path;
        _options = options;
        _time = time;
        _loggers = loggers;
        _log = loggers.CreateLogger<GrpcSocket>();
    }

    /// <summary>Adds a service. Before <see cref="Open"/>.</summary>
    public GrpcSocket Serve<[DynamicallyAccessedMembers(ServiceMembers)] TService>(TService service) where TService : class
    {
        _services += services => services.AddSingleton(service);
        _routes += routes => routes.MapGrpcService<TService>();
        return this;
    }

    /// <summary>Adds what connections need beyond HTTP/2. Before <see cref="Open"/>.</summary>
    public GrpcSocket Through(Action<ListenOptions> listen)
    {
        _listen += listen;
        return this;
    }

    /// <summary>Opens the socket and keeps it open.</summary>
    public async Task Open(CancellationToken cancellationToken)
    {
        _application = new GrpcApplication(_services, _routes, _options.MaxReceiveMessageSize, _loggers);
        await Listen(cancellationToken);
        _watch = Watch();
    }

    /// <summary>Removes the file: nobody finds the way in any more, and those who are in stay.</summary>
    public async Task Hide()
    {
        await _closing.CancelAsync();
        await _watch;
        _socket?.Unlink();
    }

    /// <summary>Lets the calls in flight finish within the bound, then cuts them off. After <see cref="Hide"/>.</summary>
    public async Task Drain(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Drain(_server, cancellationToken), _drained);
        _server = null;
    }

    private async Task Listen(CancellationToken cancellationToken)
    {
        var socket = PrivateSocket.Bind(_path);
        var server = _application!.On(socket.Listener, _path, _listen);
        try
        {
            await server.StartAsync(_application, cancellationToken);
            socket.Show();
        }
        catch
        {
            socket.Dispose();
            server.Dispose();
            throw;
        }
        (_socket, _server) = (socket, server);
    }

    private async Task Watch()
    {
        using var ticks = new PeriodicTimer(LookEvery, _time);
        try
        {
            while (await ticks.WaitForNextTickAsync(_closing.Token))
                await LookAfter();
        }
        catch (OperationCanceledException)
        {
            // The socket is being closed.
        }
    }

    private async Task LookAfter()
    {
        try
        {
            if (_socket!.IsInPlace)
                return;
            Log.SocketGone(_log, _path);
            var old = _server;
            await Listen(_closing.Token);
            Log.SocketBack(_log, _path);
            _drained = Task.WhenAll(_drained, Drain(old, CancellationToken.None)); // the next look must not wait for it
        }
        catch (Exception failure) when (!_closing.IsCancellationRequested)
        {
            Log.SocketFailed(_log, _path, LookEvery, failure);
        }
    }

    private async Task Drain(KestrelServer? server, CancellationToken cancellationToken)
    {
        if (server is null)
            return;
        using var bound = new CancellationTokenSource(_options.DrainTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        await server.StopAsync(either.Token); // Kestrel waits for the connections until the token is cancelled, and aborts them then
        server.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Hide();
        await Drain(new CancellationToken(canceled: true));
        if (_application is not null)
            await _application.DisposeAsync();
    }
}
