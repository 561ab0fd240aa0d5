using System.Diagnostics;
using ActorCsi.Protocol;
using Csi.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActorCsi.Silo.Try;

/// <summary>Plays kubelet's part: a new connection for each call, parent directories made beforehand, as it does.</summary>
internal static class Kubelet
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Sends one recorded request and fails as a kubelet would see it fail.</summary>
    public static async Task Call(string socket, IMessage request, CancellationToken cancellationToken)
    {
        if (request is NodePublishVolumeRequest volume)
            Directory.CreateDirectory(Path.GetDirectoryName(volume.TargetPath)!);

        using var channel = Connect(socket);
        var node = new Node.NodeClient(channel);
        var options = new CallOptions(deadline: DateTime.UtcNow + Deadline, cancellationToken: cancellationToken);
        switch (request)
        {
            case NodePublishVolumeRequest publish:
                await node.NodeGetCapabilitiesAsync(new(), options);
                await node.NodePublishVolumeAsync(publish, options);
                break;
            case NodeUnpublishVolumeRequest unpublish:
                await node.NodeUnpublishVolumeAsync(unpublish, options);
                break;
            case NodeGetVolumeStatsRequest stats:
                await node.NodeGetVolumeStatsAsync(stats, options);
                break;
        }
    }

    /// <summary>Waits until Probe is answered; fails when the process ends first.</summary>
    public static Task WaitUntilServed(string socket, Process process, CancellationToken cancellationToken)
        => WaitUntilAnswered(socket, process, async channel => await new Identity.IdentityClient(channel).ProbeAsync(new(), cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Asks until there is an answer; fails when the process ends first.</summary>
    public static async Task WaitUntilAnswered(string socket, Process process, Func<GrpcChannel, Task> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var channel = Connect(socket);
                await ask(channel);
                return;
            }
            catch (RpcException) when (!process.HasExited)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    public static GrpcChannel Connect(string socket) => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = UnixSocket.Handler(socket),
        DisposeHttpClient = true,
    });
}
