using ActorCsi.Protocol;
using Grpc.Net.Client;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>
/// A connection to one socket file, made at the first call and again whenever the plugin has closed it. Once it is retired it takes no more
/// calls and closes behind the last one.
/// </summary>
internal sealed class PluginConnection
{
    private readonly GrpcChannel _channel;
    private readonly Lock _gate = new();
    private int _calls;
    private bool _isRetired;

    public PluginConnection(PluginSocket socket, int maxReceiveMessageSize)
    {
        Socket = socket;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions // plugins see the authority "localhost", as from the peer
        {
            HttpHandler = UnixSocket.Handler(socket.Path),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = maxReceiveMessageSize,
        });
        Client = new CSIDriverProvider.CSIDriverProviderClient(_channel);
    }

    /// <summary>The file that it leads to.</summary>
    public PluginSocket Socket { get; }

    /// <summary>What calls are made with, while a <see cref="Use"/> lasts.</summary>
    public CSIDriverProvider.CSIDriverProviderClient Client { get; }

    /// <summary>Keeps the connection open for a call; null when it is retired.</summary>
    public Call? Use()
    {
        lock (_gate)
        {
            if (_isRetired)
                return null;
            _calls++;
            return new Call(this);
        }
    }

    /// <summary>Takes no more calls; those under way end as they would have.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            if (_isRetired)
                return;
            _isRetired = true;
            CloseBehindTheLast();
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _calls--;
            CloseBehindTheLast();
        }
    }

    private void CloseBehindTheLast()
    {
        if (_isRetired && _calls == 0)
            _channel.Dispose();
    }

    /// <summary>One call; ends with Dispose.</summary>
    public sealed class Call(PluginConnection connection) : IDisposable
    {
        public void Dispose() => connection.End();
    }
}
