using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>
/// The connections to one endpoint: kept, checked against the class's authorities, by way of the proxy that there may be. What they were made with is looked at before each
/// attempt. When authorities or certificate have changed, or a connection has gone silent, new ones are made: the old ones take no more calls, those that are on their way
/// end as they would, and then the connections close by themselves.
/// </summary>
internal sealed class EndpointConnections : IDisposable
{
    private readonly HttpEndpoint _endpoint;
    private readonly ProviderHttpOptions _options;
    private readonly ServerTrust? _trust;
    private readonly ClientCertificate? _certificate;
    private readonly Lock _gate = new();
    private Way? _way;

    public EndpointConnections(HttpEndpoint endpoint, ProviderHttpOptions options)
    {
        _endpoint = endpoint;
        _options = options;
        var caFile = endpoint.CaFile ?? (endpoint.CaDirectory is null ? options.CaFile : null);
        _trust = caFile is null && endpoint.CaDirectory is null ? null : new ServerTrust(caFile, endpoint.CaDirectory);
        _certificate = endpoint is { ClientCertificateFile: { } certificate, ClientKeyFile: { } key } ? new ClientCertificate(certificate, key) : null;
    }

    /// <summary>The connections that were made with the authorities and the certificate of now.</summary>
    /// <exception cref="VolumeException">There are no authorities, or there is no certificate, that could be used.</exception>
    public HttpMessageInvoker Current()
    {
        var (roots, certificate) = (_trust?.Current(), _certificate?.Current());
        lock (_gate)
        {
            if (_way is null || _way.Roots != roots || _way.Certificate != certificate)
                _way = new Way(roots, certificate, new HttpMessageInvoker(_options.Observe(Handler(certificate))));
            return _way.Http;
        }
    }

    /// <summary>
    /// A call over these was not answered in time. The other end may be gone without a word, and with HTTP/2 all calls share one connection: the next ones are made over
    /// another.
    /// </summary>
    public void Doubt(HttpMessageInvoker silent)
    {
        lock (_gate)
            if (_way?.Http == silent)
                _way = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _way?.Http.Dispose();

    private SocketsHttpHandler Handler(SslStreamCertificateContext? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // credentials would go along
            UseCookies = false,
            PooledConnectionLifetime = _options.ConnectionLife,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(), // our trace ids are none of their business
        };
        if (_endpoint.IsOnThisNode)
            handler.UseProxy = false;
        else if (_options.Proxy is { } proxy)
            handler.Proxy = proxy;
        if (_options.ConnectTo.Count > 0)
            handler.ConnectCallback = Connect;
        handler.SslOptions.ClientCertificateContext = certificate;
        handler.SslOptions.RemoteCertificateValidationCallback = _trust is null ? ServerTrust.CheckWithSystem : _trust.Check;
#pragma warning disable CA5359 // the class asks for it, and the log has a warning
        if (_endpoint.SkipsVerification)
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        return handler;
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (_options.ConnectTo.GetValueOrDefault($"{host}:{port}")?.Split(':') is [var otherHost, var otherPort])
            (host, port) = (otherHost, int.Parse(otherPort, System.Globalization.CultureInfo.InvariantCulture));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(host, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connections, and what they were made with.</summary>
    private sealed record Way(X509Certificate2Collection? Roots, SslStreamCertificateContext? Certificate, HttpMessageInvoker Http);
}
