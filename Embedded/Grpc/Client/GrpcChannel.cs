using System.Collections.Concurrent;
using ActorCsi.Embedded.Rpc;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>A way to a server: HTTP/2 connections, made when needed and shared by all clients of the channel.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly Uri _address;
    private readonly HttpMessageInvoker _http;
    private readonly ConcurrentDictionary<IMethod, Uri> _uris = new(ReferenceEqualityComparer.Instance);
    private readonly CancellationTokenSource _disposal = new();

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        _address = address;
        Options = options;
        _http = options.HttpHandler is null
            ? new HttpMessageInvoker(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }, disposeHandler: true)
            : new HttpMessageInvoker(options.HttpHandler, options.DisposeHttpClient);
    }

    internal GrpcChannelOptions Options { get; }

    /// <summary>Cancelled when the channel is disposed, which ends every call under way.</summary>
    internal CancellationToken Disposal => _disposal.Token;

    /// <summary>A channel to an address.</summary>
    /// <param name="address"><c>http://host:port</c>; over a unix socket <c>http://localhost</c>, which becomes the <c>:authority</c>.</param>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to an address.</summary>
    /// <param name="address"><c>http://host:port</c>; over a unix socket <c>http://localhost</c>, which becomes the <c>:authority</c>.</param>
    /// <param name="channelOptions">How it calls.</param>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>A channel to an address.</summary>
    /// <param name="address"><c>http://host:port</c>; over a unix socket <c>http://localhost</c>, which becomes the <c>:authority</c>.</param>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to an address.</summary>
    /// <param name="address"><c>http://host:port</c>; over a unix socket <c>http://localhost</c>, which becomes the <c>:authority</c>.</param>
    /// <param name="channelOptions">How it calls.</param>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"The address \"{address}\" must begin with http:// or https://.", nameof(address));
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker() => new ChannelCallInvoker(this);

    /// <summary>Ends every call under way as cancelled and closes the connections; no call can begin any more.</summary>
    public void Dispose()
    {
        if (_disposal.IsCancellationRequested)
            return;
        _disposal.Cancel();
        _http.Dispose();
    }

    internal Uri UriOf(IMethod method) => _uris.GetOrAdd(method, static (method, address) => new Uri(address, method.FullName), _address);

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => _http.SendAsync(request, cancellationToken);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, this);
}
