using System.Runtime.CompilerServices;
using ActorCsi.Driver;
using Csi.V1;

namespace ActorCsi.Silo.Doctor.Checks.Kubelet;

/// <summary>Two drivers of one name take volumes from each other: kubelet asks whichever registered last.</summary>
internal sealed class RivalsCheck : ICheck
{
    /// <summary>The name and the socket that the peer's manifests and chart give it.</summary>
    private const string PeerName = "secrets-store.csi.k8s.io";

    private const string PeerSocket = "plugins/csi-secrets-store/csi.sock";

    public string Name => "rival-drivers";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = node.Options.DriverName;
        var registered = (await RegistrationSocket.ReadAll(node, cancellationToken)).Where(socket => socket.Info?.Name == name).ToArray();
        if (registered.Length > 1)
            yield return Finding.Error($"'{name}' is registered {registered.Length} times: {string.Join(", ", registered.Select(socket => $"{socket.Path} (for {socket.Info!.Endpoint})"))}",
                "one driver of a name on a node", "remove one of the two drivers from this node, or give it another --drivername and CSIDriver object");

        var ours = node.Options.KubeletEndpoint.Length > 0 ? node.Options.KubeletEndpoint : CsiEndpoint.Path(node.Options.Endpoint);
        var peers = Path.Combine(node.KubeletDirectory, PeerSocket);
        if (name == PeerName && ours != peers && await node.Probe(peers, cancellationToken) is SocketState.Open
            && await node.Ask(peers, (channel, options) => new Identity.IdentityClient(channel).GetPluginInfoAsync(new(), options), cancellationToken) is { Name: PeerName } peer)
            yield return Finding.Error($"another driver called '{PeerName}' (version {peer.VendorVersion}) runs on this node, at {peers}", "one driver of a name on a node",
                "remove its DaemonSet from this node; volumes that it mounted are taken over as they are");
    }
}
