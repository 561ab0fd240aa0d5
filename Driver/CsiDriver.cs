using ActorCsi.Embedded.Http2;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Driver;

/// <summary>Opens the doors in the order in which they are of use: the CSI socket, the operators', and last the one that tells kubelet of the first.</summary>
internal sealed class CsiDriver : IHostedService, IAsyncDisposable
{
    private readonly CsiDriverOptions _options;
    private readonly ILogger<CsiDriver> _log;
    private readonly List<GrpcSocket> _sockets = [];

    public CsiDriver(
        CsiDriverOptions options, NodeService node, IdentityService identity, ControllerService controller, HealthService health, AdminService admin,
        RegistrationService registration, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _log = loggers.CreateLogger<CsiDriver>();

        Socket(options.SocketPath).Serve(node).Serve(identity).Serve(controller).Serve(health);
        if (options.AdminSocketPath is { } adminSocket)
            Socket(adminSocket).Serve(admin);
        if (options.RegistrationSocketPath is { } registrationSocket)
            Socket(registrationSocket).Serve(registration)
                .Through(listen => listen.UseLocalhostAuthority()); // kubelet sends the escaped socket path as :authority, which Kestrel refuses

        GrpcSocket Socket(string path)
        {
            var socket = new GrpcSocket(path, options, time, loggers);
            _sockets.Add(socket);
            return socket;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var socket in _sockets)
            await socket.Open(cancellationToken);
        Log.Serving(_log, _options.DriverName, CsiDriverOptions.Version, _options.SocketPath, _options.NodeId);
    }

    /// <summary>Hides the doors in the reverse order, so that kubelet learns first that the driver goes; then all share one bound for the calls in flight.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var socket in Enumerable.Reverse(_sockets))
            await socket.Hide();
        await Task.WhenAll(_sockets.Select(socket => socket.Drain(cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
            await socket.DisposeAsync();
    }
}
