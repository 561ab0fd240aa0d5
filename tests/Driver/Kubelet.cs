using System.Net.Sockets;
using ActorCsi.Testing;
using Csi.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>Plays kubelet's client: a new connection for each call, a deadline, and an <c>:authority</c> of its own.</summary>
internal static class Kubelet
{
    /// <summary>A channel to a unix socket that names <paramref name="authority"/> as kubelet does, sound or not.</summary>
    public static GrpcChannel Connect(string socket, string authority = "localhost") => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = new AuthorityHandler(authority, new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => Dial(socket, cancellationToken) }),
        DisposeHttpClient = true,
    });

    /// <summary>One call to the CSI socket.</summary>
    public static async Task<T> Node<T>(string socket, Func<Node.NodeClient, AsyncUnaryCall<T>> call)
    {
        using var channel = Connect(socket);
        return await call(new Node.NodeClient(channel)).ResponseAsync.Soon();
    }

    /// <summary>One call to the registration socket, with the authority that kubelet sends there.</summary>
    public static async Task<T> Registration<T>(string socket, Func<Registration.RegistrationClient, AsyncUnaryCall<T>> call)
    {
        using var channel = Connect(socket, Uri.EscapeDataString(socket));
        return await call(new Registration.RegistrationClient(channel)).ResponseAsync.Soon();
    }

    /// <summary>Makes a recorded call again; before a publish it asks for the capabilities twice, as kubelet does.</summary>
    public static async Task<IMessage> Repeat(RecordedCall call, string socket)
    {
        var options = new CallOptions(deadline: DateTime.UtcNow + call.Deadline);
        if (call.Request is NodePublishVolumeRequest)
            for (var i = 0; i < 2; i++)
                await Node(socket, node => node.NodeGetCapabilitiesAsync(new(), options));

        using var channel = Connect(socket, call.Authority);
        var node = new Node.NodeClient(channel);
        var registration = new Registration.RegistrationClient(channel);
        return call.Request switch
        {
            NodePublishVolumeRequest publish => await node.NodePublishVolumeAsync(publish, options).ResponseAsync.Soon(),
            NodeUnpublishVolumeRequest unpublish => await node.NodeUnpublishVolumeAsync(unpublish, options).ResponseAsync.Soon(),
            NodeGetVolumeStatsRequest stats => await node.NodeGetVolumeStatsAsync(stats, options).ResponseAsync.Soon(),
            NodeGetInfoRequest info => await node.NodeGetInfoAsync(info, options).ResponseAsync.Soon(),
            InfoRequest info => await registration.GetInfoAsync(info, options).ResponseAsync.Soon(),
            RegistrationStatus status => await registration.NotifyRegistrationStatusAsync(status, options).ResponseAsync.Soon(),
            _ => throw new ArgumentException($"kubelet does not send {call.Request.Descriptor.Name}"),
        };
    }

    /// <summary>Connects, or fails as kubelet's dial would.</summary>
    public static async ValueTask<Stream> Dial(string socket, CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private sealed class AuthorityHandler(string authority, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("Host", authority); // HTTP/2 sends it as :authority
            return base.SendAsync(request, cancellationToken);
        }
    }
}
