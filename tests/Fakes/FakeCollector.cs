using System.Collections.Concurrent;
using System.Text;
using ActorCsi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Fakes;

/// <summary>An OpenTelemetry collector on a port of loopback that keeps what it is sent, undecoded: texts stand in protobuf as they are.</summary>
public sealed class FakeCollector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

    private FakeCollector(string protocol)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _server = builder.Build();
        _server.Run(Receive);
    }

    /// <summary>Starts a collector that speaks <c>grpc</c> or <c>http/protobuf</c>.</summary>
    public static async Task<FakeCollector> Start(string protocol)
    {
        var collector = new FakeCollector(protocol);
        await collector._server.StartAsync().Soon();
        return collector;
    }

    /// <summary>Where it is: <c>http://127.0.0.1:12345</c>.</summary>
    public string Endpoint => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>The paths that were called.</summary>
    public IReadOnlyList<string> Paths => [.. _received.Select(call => call.Path).Distinct()];

    /// <summary>All that came to <paramref name="path"/>, one byte a character; everything when it is empty.</summary>
    public string Text(string path = "")
        => string.Concat(_received.Where(call => path.Length == 0 || call.Path == path).Select(call => Encoding.Latin1.GetString(call.Body)));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task Receive(HttpContext call)
    {
        using var body = new MemoryStream();
        await call.Request.Body.CopyToAsync(body);
        _received.Enqueue((call.Request.Path, body.ToArray()));
        if (call.Request.ContentType != "application/grpc")
            return;
        call.Response.ContentType = "application/grpc";
        await call.Response.Body.WriteAsync(new byte[5]); // an empty answer, uncompressed
        call.Response.AppendTrailer("grpc-status", "0");
    }
}
