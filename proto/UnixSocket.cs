using System.Net.Sockets;

namespace ActorCsi.Protocol;

/// <summary>The way to a gRPC service on a unix socket.</summary>
public static class UnixSocket
{
    /// <summary>
    /// Leads every request to the socket at <paramref name="path"/>, whatever its URI says, and past any proxy of the environment. Nobody listening
    /// is refused at once, by the kernel: a dead service holds nobody up.
    /// </summary>
    public static SocketsHttpHandler Handler(string path) => new()
    {
        UseProxy = false,
        ActivityHeadersPropagator = null, // it would tell the service of a span of HttpClient's own, which nobody exports; who traces names its own
        ConnectCallback = (_, cancellationToken) => Connect(path, cancellationToken),
    };

    /// <summary>A connection to the socket at <paramref name="path"/>.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async ValueTask<Stream> Connect(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
