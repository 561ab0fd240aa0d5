using System.Runtime.CompilerServices;
using ActorCsi.Driver;
using Csi.V1;

namespace ActorCsi.Silo.Doctor.Checks.Kubelet;

/// <summary>The socket at which kubelet asks.</summary>
internal sealed class CsiSocketCheck : ICheck
{
    public string Name => "csi-socket";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var socket = CsiEndpoint.Path(node.Options.Endpoint);
        switch (await node.Probe(socket, cancellationToken))
        {
            case SocketState.Missing:
                yield return Finding.Error($"there is no socket {socket}", "the driver's CSI socket", "start the driver (actorcsi serve), and see its log if it does not stay");
                yield break;
            case SocketState.Dead:
                yield return Finding.Error($"nobody listens at {socket}: a driver that was killed left it", "a driver that answers", "start the driver: it replaces the socket");
                yield break;
            case SocketState.Denied:
                yield return Finding.Warning($"the socket {socket} is not ours to open", "root, who may", "run doctor as root");
                yield break;
        }
        var info = await node.Ask(socket, (channel, options) => new Identity.IdentityClient(channel).GetPluginInfoAsync(new(), options), cancellationToken);
        if (info is null)
            yield return Finding.Error($"the driver at {socket} does not answer within {node.Patience.TotalSeconds:0} s", "an answer to GetPluginInfo", "see the driver's log; a restart loses no volume");
        else if (info.Name != node.Options.DriverName)
            yield return Finding.Error($"'{info.Name}' listens at {socket}", $"'{node.Options.DriverName}', as --drivername says", "give each driver a directory of its own below kubelet's plugins directory");
        else if (await node.Ask(socket, (channel, options) => new Identity.IdentityClient(channel).ProbeAsync(new(), options), cancellationToken) is not { Ready: not false })
            yield return Finding.Warning("the driver says that it is not ready", "ready, a second after its start", "see the driver's log");
    }
}
