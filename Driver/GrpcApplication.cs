using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Driver;

/// <summary>
/// gRPC services and the routes to them, for Kestrel to call without a web host around it. Three web hosts in one process would take 4 MiB and
/// 25 ms of the start more, and each of them SIGTERM for itself.
/// </summary>
internal sealed class GrpcApplication : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly RequestDelegate _handle;

    public GrpcApplication(Action<IServiceCollection> addServices, Action<IEndpointRouteBuilder> addRoutes, int maxReceiveMessageSize, ILoggerFactory loggers)
    {
        _loggers = loggers;
        var services = new ServiceCollection()
            .AddSingleton(loggers)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(new DiagnosticListener("Microsoft.AspNetCore")) // routing wants it and the meters; a web host would bring them
            .AddMetrics();
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = maxReceiveMessageSize);
        addServices(services);
        _services = services.BuildServiceProvider();

        var pipeline = new ApplicationBuilder(_services);
        pipeline.UseRouting();
        pipeline.UseEndpoints(addRoutes);
        _handle = pipeline.Build();
    }

    /// <summary>A server, to be started, that takes its connections from <paramref name="listener"/>, a socket bound for <paramref name="path"/>.</summary>
    public KestrelServer On(Socket listener, string path, Action<ListenOptions> listen)
    {
        var kestrel = new KestrelServerOptions { ApplicationServices = _services, AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = null; // the message limit counts
        kestrel.ListenUnixSocket(path, listen);
        var transport = new SocketTransportOptions { CreateBoundListenSocket = _ => listener };
        return new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(transport), _loggers), _loggers);
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures)
        => new DefaultHttpContext(contextFeatures) { RequestServices = _services }; // all services are singletons: no scope for each call

    public Task ProcessRequestAsync(HttpContext context) => _handle(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
