using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorCsi.Grains.Classes;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>A provider plugin behind its socket: the protocol <c>v1alpha1.CSIDriverProvider</c> of the secrets-store plugins.</summary>
/// <param name="name">The plugin's name, which is its socket's.</param>
/// <param name="sockets">Where the socket is looked for, at each call.</param>
/// <param name="demand">Which tokens the plugin may see.</param>
/// <param name="maxReceiveMessageSize">The largest answer, in bytes.</param>
/// <param name="time">The clock of the version call's time-out.</param>
/// <param name="log">Where its version is told.</param>
internal sealed class PluginProvider(string name, PluginSockets sockets, TokenDemand demand, int maxReceiveMessageSize, TimeProvider time, ILogger log)
    : ISecretProvider
{
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private PluginConnection? _connection;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => demand;

    /// <summary>Null: the pod's name and uid are part of what a plugin is asked.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var (connection, call) = Connect();
        using (call)
        {
            try
            {
                return Bundle(await connection.Client.MountAsync(MountRequests.Of(request), Trace(), cancellationToken: cancellationToken), request);
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
    }

    /// <summary>The connection to the socket that stands there now.</summary>
    private (PluginConnection Connection, IDisposable Call) Connect()
    {
        var socket = sockets.Find(name)
            ?? throw new VolumeException(VolumeError.ProviderUnavailable, $"provider not found: provider \"{name}\" has no socket any more; it was looked for at {sockets.Places(name)}");
        lock (_gate)
        {
            if (_connection?.Socket == socket && _connection.Use() is { } again)
                return (_connection, again);

            _connection?.Retire();
            var connection = _connection = new PluginConnection(socket, maxReceiveMessageSize);
            var (mount, version) = (connection.Use()!, connection.Use()!);
            _ = Task.Run(() => TellVersion(connection, version)); // off the caller's scheduler: no grain waits for it
            return (connection, mount);
        }
    }

    /// <summary>For the log only, beside the first Mount: the peer never held a plugin to its version either.</summary>
    private async Task TellVersion(PluginConnection connection, IDisposable call)
    {
        using var timeout = new CancellationTokenSource(VersionTimeout, time);
        using (call)
        {
            try
            {
                var version = await connection.Client.VersionAsync(new VersionRequest { Version = "v1alpha1" }, cancellationToken: timeout.Token);
                Log.PluginFound(log, name, connection.Socket.Path, Words.Clip(version.RuntimeName), Words.Clip(version.RuntimeVersion), Words.Clip(version.Version));
            }
            catch (RpcException failure)
            {
                Log.PluginWithoutVersion(log, name, connection.Socket.Path, failure.StatusCode);
            }
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
            Files = [.. response.Files.Select(file => new SecretFile(file.Path, file.Mode, Take(file.Contents)))],
            Objects = [.. response.ObjectVersion.Select(version => new ActorCsi.ObjectVersion(version.Id, version.Version))],
            WrittenByProvider = response.Files.Count == 0,
        };
    }

    /// <summary>
    /// The content without a copy: the message that it came in ends here, and its array is erased with the secret. Protobuf gives each
    /// field of bytes an array of its own.
    /// </summary>
    private static Secret Take(ByteString content)
        => MemoryMarshal.TryGetArray(content.Memory, out var array) && array is { Offset: 0, Array: { } bytes } && bytes.Length == array.Count
            ? new Secret(bytes)
            : new Secret(content.ToByteArray());

    /// <summary>The span that the call is made under (https://www.w3.org/TR/trace-context/); null when nobody traces.</summary>
    private static Metadata? Trace()
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } span)
            return null;
        var headers = new Metadata { { "traceparent", span.Id! } };
        if (span.TraceStateString is { Length: > 0 } state)
            headers.Add("tracestate", state);
        return headers;
    }
}
