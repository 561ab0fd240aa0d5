using ActorCsi.Embedded.Http2;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
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
        CsiDriverOptions options, NodeService node, IdentityService identity, HealthService health, AdminService admin, RegistrationService registration,
        TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _log = loggers.CreateLogger<CsiDriver>();

        Add(options.SocketPath,
            services => services.AddSingleton(node).AddSingleton(identity).AddSingleton(health),
            server =>
            {
                server.MapGrpcService<NodeService>();
                server.MapGrpcService<IdentityService>();
                server.MapGrpcService<HealthService>();
            });
        if (options.AdminSocketPath is { } adminSocket)
            Add(adminSocket, services => services.AddSingleton(admin), server => server.MapGrpcService<AdminService>());
        if (options.RegistrationSocketPath is { } registrationSocket)
            Add(registrationSocket, services => services.AddSingleton(registration), server => server.MapGrpcService<RegistrationService>(),
                listen => listen.UseLocalhostAuthority()); // kubelet sends the escaped socket path as :authority, which Kestrel refuses

        void Add(string path, Action<IServiceCollection> services, Action<Microsoft.AspNetCore.Routing.IEndpointRouteBuilder> map,
            Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions>? listen = null)
            => _sockets.Add(new GrpcSocket(new SocketPlan
            {
                Path = path,
                Services = services,
                Map = map,
                Listen = listen,
                MaxReceiveMessageSize = options.MaxReceiveMessageSize,
                DrainTimeout = options.DrainTimeout,
            }, time, loggers));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var socket in _sockets)
            await socket.Open(cancellationToken);
        Log.Serving(_log, _options.DriverName, CsiDriverOptions.Version, _options.SocketPath, _options.NodeId);
    }

    /// <summary>In the reverse order: kubelet learns first that the driver goes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var socket in Enumerable.Reverse(_sockets))
            await socket.Close(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
            await socket.DisposeAsync();
    }
}
