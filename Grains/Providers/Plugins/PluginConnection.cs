using System.Net.Sockets;
using Grpc.Net.Client;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>A connection to one socket file. It is made at the first call and again whenever the plugin has closed it.</summary>
internal sealed class PluginConnection
{
    public PluginConnection(PluginSocket socket, int maxReceiveMessageSize)
    {
        Socket = socket;
        var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions // plugins see the authority "localhost", as from the peer
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => Connect(socket.Path, cancellationToken) },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = maxReceiveMessageSize,
        });
        Client = new CSIDriverProvider.CSIDriverProviderClient(channel);
    }

    public PluginSocket Socket { get; }

    public CSIDriverProvider.CSIDriverProviderClient Client { get; }

    /// <summary>Nobody listening is refused at once, by the kernel: a dead plugin holds nobody up.</summary>
    private static async ValueTask<Stream> Connect(string path, CancellationToken cancellationToken)
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
