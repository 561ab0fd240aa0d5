using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Fakes.Stores;

/// <summary>
/// A secret store's front: HTTP or HTTPS on the loopback, what was asked, and faults on order. What is answered is the business of who makes it.
/// </summary>
public sealed class StoreServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestDelegate _answer;
    private readonly ConcurrentQueue<StoreRequest> _requests = new();
    private readonly List<(Func<HttpRequest, bool> When, Func<HttpContext, Task> Fault, int[] Left)> _faults = [];

    private StoreServer(WebApplication app, RequestDelegate answer) => (_app, _answer) = (app, answer);

    /// <summary>Where it listens: <c>https://localhost:port/</c>, or <c>http://…</c> without a certificate.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What was asked, in order; faults included.</summary>
    public IReadOnlyCollection<StoreRequest> Requests => _requests;

    /// <summary>Starts one on a free port.</summary>
    /// <param name="answer">Answers a request.</param>
    /// <param name="certificate">The server's certificate; null for plain HTTP.</param>
    /// <param name="client">Whom the server takes for a client by its certificate; null when it asks for none.</param>
    public static async Task<StoreServer> Start(RequestDelegate answer, X509Certificate2? certificate = null, Func<X509Certificate2, bool>? client = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (certificate is not null)
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = client is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (shown, _, _) => client?.Invoke(shown) ?? true;
                });
        }));
        var app = builder.Build();
        var server = new StoreServer(app, answer);
        app.Run(server.Serve);
        await app.StartAsync();
        var listening = new Uri(app.Urls.Single());
        server.Address = new UriBuilder(listening) { Host = "localhost" }.Uri;
        return server;
    }

    /// <summary>The next <paramref name="times"/> requests for which <paramref name="when"/> holds are answered by <paramref name="fault"/>.</summary>
    public void Break(Func<HttpRequest, bool> when, Func<HttpContext, Task> fault, int times = 1)
    {
        lock (_faults)
            _faults.Add((when, fault, [times]));
    }

    /// <summary>As <see cref="Break(Func{HttpRequest, bool}, Func{HttpContext, Task}, int)"/>, for any request.</summary>
    public void Break(Func<HttpContext, Task> fault, int times = 1) => Break(_ => true, fault, times);

    /// <summary>The next request for which <paramref name="when"/> holds is answered, as ever, when <paramref name="goOn"/> completes; that it is there is told to <paramref name="asked"/>.</summary>
    public void Delay(Func<HttpRequest, bool> when, TaskCompletionSource asked, Task goOn) => Break(when, async context =>
    {
        asked.SetResult();
        await goOn;
        await _answer(context);
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync(); // what hangs on purpose is not waited for
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task Serve(HttpContext context)
    {
        context.Request.EnableBuffering();
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Request.Body.Position = 0;
        _requests.Enqueue(new StoreRequest(context.Request.Method, context.Request.Path + context.Request.QueryString, context.Request.Protocol, context.Request.Host.Value ?? "",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray(), context.Connection.Id));
        await (Fault(context.Request) ?? new Func<HttpContext, Task>(_answer))(context);
    }

    private Func<HttpContext, Task>? Fault(HttpRequest request)
    {
        lock (_faults)
        {
            foreach (var (when, fault, left) in _faults)
            {
                if (left[0] > 0 && when(request))
                {
                    left[0]--;
                    return fault;
                }
            }
            return null;
        }
    }
}

/// <summary>What a store was asked.</summary>
public sealed record StoreRequest(string Method, string Path, string Protocol, string Host, IReadOnlyDictionary<string, string> Headers, byte[] Body, string Connection);

/// <summary>The usual faults.</summary>
public static class StoreFaults
{
    /// <summary>An answer with that status, body and, where given, Retry-After in seconds.</summary>
    public static Func<HttpContext, Task> Status(int status, string body = "", int? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await context.Response.WriteAsync(body);
    };

    /// <summary>An answer that does not come.</summary>
    public static Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.Register(gone.SetResult);
        return gone.Task.WaitAsync(TimeSpan.FromMinutes(5));
    }

    /// <summary>An answer that ends in the middle.</summary>
    public static async Task BreakOff(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{\"data\": {");
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>A connection that ends before any answer.</summary>
    public static Task Reset(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>A good status and a body that is no JSON.</summary>
    public static Task Garbage(HttpContext context) => context.Response.WriteAsync("<html>Welcome to the captive portal</html>");

    /// <summary>An answer that begins, and then neither goes on nor ends: what a connection looks like whose other half was closed without a word.</summary>
    public static async Task Stall(HttpContext context)
    {
        await context.Response.WriteAsync("{\"data\": {");
        await context.Response.Body.FlushAsync();
        await Hang(context);
    }

    /// <summary>A body without an end.</summary>
    public static async Task Endless(HttpContext context)
    {
        var chunk = new byte[64 * 1024];
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(chunk);
    }

    /// <summary>A body of that many bytes.</summary>
    public static Func<HttpContext, Task> TooLong(int bytes) => async context =>
    {
        var chunk = new byte[64 * 1024];
        for (var left = bytes; left > 0; left -= chunk.Length)
            await context.Response.Body.WriteAsync(chunk);
    };
}
