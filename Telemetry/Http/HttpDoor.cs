using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Telemetry.Http;

/// <summary>
/// <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> over plain HTTP, on a Kestrel without a web host around it. Anybody who reaches the node may ask, so there is
/// nothing secret behind it and little to be had by asking often.
/// </summary>
internal sealed class HttpDoor : IHostedService, IHttpApplication<HttpContext>, IAsyncDisposable
{
    /// <summary>After this time it is tried again to listen: in a rolling update the old driver may still have the port.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private const int MostConnections = 100;

    private readonly HttpAddress _address;
    private readonly IServiceProvider _services;
    private readonly Dictionary<string, RequestDelegate> _pages;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<HttpDoor> _log;
    private readonly CancellationTokenSource _closing = new();
    private KestrelServer? _server;
    private Task _opening = Task.CompletedTask;

    public HttpDoor(HttpAddress address, MetricsPage metrics, HealthPages health, IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    {
        _address = address;
        _services = services;
        _time = time;
        _loggers = loggers;
        _log = loggers.CreateLogger<HttpDoor>();
        _pages = new(StringComparer.Ordinal) { ["/metrics"] = metrics.Show, ["/healthz"] = health.ShowLive, ["/readyz"] = health.ShowReady };
    }

    /// <summary>Where it listens: <c>127.0.0.1:8095</c>; null as long as it does not.</summary>
    public string? ListensAt => _server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.Replace("http://", "", StringComparison.Ordinal);

    /// <summary>Begins to open the door. Nobody waits for it: volumes are served without it.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _opening = Open();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _closing.CancelAsync();
        await _opening;
        if (_server is not null)
            await _server.StopAsync(new CancellationToken(canceled: true)); // a scraper comes again, and needs no farewell
    }

    private async Task Open()
    {
        while (!await TryListen())
        {
            try
            {
                await Task.Delay(RetryAfter, _time, _closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "the server that listens is disposed with the door")]
    private async Task<bool> TryListen()
    {
        var kestrel = new KestrelServerOptions { ApplicationServices = _services, AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        _address.On(kestrel, listen => listen.Protocols = HttpProtocols.Http1);
        var server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), _loggers), _loggers);
        try
        {
            await server.StartAsync(this, _closing.Token);
            _server = server;
            Log.Listening(_log, ListensAt!);
            return true;
        }
        catch (Exception failure) when (!_closing.IsCancellationRequested)
        {
            server.Dispose();
            Log.NotListening(_log, _address.ToString(), failure.Message, RetryAfter);
            return false;
        }
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures)
        => new DefaultHttpContext(contextFeatures) { RequestServices = _services };

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        if (!_pages.TryGetValue(context.Request.Path.Value ?? "", out var page))
            return Refuse(context.Response, StatusCodes.Status404NotFound, "not found; there are /metrics, /healthz and /readyz\n");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return Refuse(context.Response, StatusCodes.Status405MethodNotAllowed, "expected GET\n");
        }
        context.Response.Headers.CacheControl = "no-store";
        return page(context);
    }

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    private static Task Refuse(HttpResponse response, int status, string why)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(why);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _server?.Dispose();
    }
}
