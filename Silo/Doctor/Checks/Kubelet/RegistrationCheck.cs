using System.Runtime.CompilerServices;
using ActorCsi.Driver;

namespace ActorCsi.Silo.Doctor.Checks.Kubelet;

/// <summary>The socket by which kubelet learns of the driver, whoever serves it: the driver itself or a sidecar.</summary>
internal sealed class RegistrationCheck : ICheck
{
    public string Name => "registration";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = node.Options.DriverName;
        var sockets = await RegistrationSocket.ReadAll(node, cancellationToken);
        var dead = Path.Combine(node.RegistrationDirectory, name + "-reg.sock");
        if (sockets.FirstOrDefault(socket => socket.Info?.Name == name) is not { Info: { } info } own)
        {
            if (sockets.Any(socket => socket.Path == dead && socket.Info is null))
                yield return Finding.Error($"nobody answers at {dead}", "a registration that kubelet can ask", "start the driver: it replaces the socket");
            else
                yield return Finding.Error($"no socket in {node.RegistrationDirectory} registers '{name}'", "one, else kubelet says: driver name not found in the list of registered CSI drivers",
                    "give --registration-dir to the driver, or run a node-driver-registrar sidecar");
            yield break;
        }
        if (info.Type != "CSIPlugin")
            yield return Finding.Error($"{own.Path} registers a {info.Type}", "a CSIPlugin", "remove the socket, and whoever made it");
        if (!IsAsOnTheNode(node, info.Endpoint))
            yield return Finding.Error($"kubelet is told to find the CSI socket at {info.Endpoint}, which is a path inside the container", "its path on the node",
                "set --kubelet-endpoint to it: /var/lib/kubelet/plugins/NAME/csi.sock");
    }

    /// <summary>
    /// Where the CSI socket lies in a mount of its own, mountinfo tells which directory of the node's file system that is. The path that kubelet is told must end
    /// in it; what comes before is where that file system is mounted on the node.
    /// </summary>
    private static bool IsAsOnTheNode(Surroundings node, string told)
    {
        var socket = CsiEndpoint.Path(node.Options.Endpoint);
        if (node.MountOf(socket) is not { Root: not "/" } mount || mount.Point == "/" || mount.IsInMemory)
            return true;
        return told.EndsWith(mount.Root + socket[mount.Point.Length..], StringComparison.Ordinal);
    }
}
