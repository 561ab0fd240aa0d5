using ActorCsi.Grains.Classes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>A provider plugin behind its socket: the protocol <c>v1alpha1.CSIDriverProvider</c> of the secrets-store plugins.</summary>
/// <param name="name">The plugin's name, which is its socket's.</param>
/// <param name="sockets">Where the socket is looked for, at each call.</param>
/// <param name="demand">Which tokens the plugin may see.</param>
/// <param name="maxReceiveMessageSize">The largest answer, in bytes.</param>
/// <param name="log">Where its version is told.</param>
internal sealed class PluginProvider(string name, PluginSockets sockets, TokenDemand demand, int maxReceiveMessageSize, ILogger log) : ISecretProvider
{
    private volatile PluginConnection? _connection;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => demand;

    /// <summary>Null: the pod's name and uid are part of what a plugin is asked.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var client = Connect(cancellationToken);
        try
        {
            return Bundle(await client.MountAsync(MountRequests.Of(request), cancellationToken: cancellationToken), request);
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException failure)
        {
            throw PluginFailures.Of(name, failure, request, maxReceiveMessageSize);
        }
    }

    /// <summary>The connection to the socket that stands there now. One to a file that was replaced is let go; calls on it end by themselves.</summary>
    private CSIDriverProvider.CSIDriverProviderClient Connect(CancellationToken cancellationToken)
    {
        var socket = sockets.Find(name)
            ?? throw new VolumeException(VolumeError.ProviderUnavailable, $"provider not found: provider \"{name}\" has no socket any more; it was looked for at {sockets.Places(name)}");
        if (_connection is { } known && known.Socket == socket)
            return known.Client;

        var connection = new PluginConnection(socket, maxReceiveMessageSize);
        _connection = connection;
        _ = TellVersion(connection, cancellationToken);
        return connection.Client;
    }

    /// <summary>For the log only: the peer never held a plugin to its version either.</summary>
    private async Task TellVersion(PluginConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var version = await connection.Client.VersionAsync(new VersionRequest { Version = "v1alpha1" }, cancellationToken: cancellationToken);
            Log.PluginFound(log, name, connection.Socket.Path, Words.Clip(version.RuntimeName), Words.Clip(version.RuntimeVersion), Words.Clip(version.Version));
        }
        catch (RpcException failure)
        {
            Log.PluginWithoutVersion(log, name, connection.Socket.Path, failure.StatusCode);
        }
    }

    /// <summary>In the order in which the peer looks at an answer.</summary>
    private SecretBundle Bundle(MountResponse response, FetchRequest request)
    {
        if (response.Error is { Code.Length: > 0 } error)
            throw PluginFailures.Coded(name, error.Code, request);
        if (response.ObjectVersion.Count == 0)
            throw new VolumeException(VolumeError.ProviderFailed, $"missing object versions in the answer of provider '{name}'");
        return new SecretBundle
        {
            // ToByteArray copies; the message's own bytes are left to the garbage collector, as protobuf offers no way to erase them.
            Files = [.. response.Files.Select(file => new SecretFile(file.Path, file.Mode, new Secret(file.Contents.ToByteArray())))],
            Objects = [.. response.ObjectVersion.Select(version => new ActorCsi.ObjectVersion(version.Id, version.Version))],
            WrittenByProvider = response.Files.Count == 0,
        };
    }
}
