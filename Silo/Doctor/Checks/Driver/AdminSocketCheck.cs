using System.Runtime.CompilerServices;

namespace ActorCsi.Silo.Doctor.Checks.Driver;

/// <summary>The operators' socket: there, private, and answering.</summary>
internal sealed class AdminSocketCheck : ICheck
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Name => "admin-socket";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var socket = node.AdminSocket;
        var state = await node.Probe(socket, cancellationToken);
        switch (state)
        {
            case SocketState.Missing:
                yield return Finding.Error($"no driver runs here: there is no socket {socket}", "a driver", "start the driver, or give doctor the driver's --state-dir");
                yield break;
            case SocketState.Dead:
                yield return Finding.Error($"no driver runs here: nobody listens at {socket}", "a driver", "start the driver; volumes that are mounted serve on meanwhile, and are not refreshed");
                yield break;
        }
        if ((File.GetUnixFileMode(node.At(socket)) & ~OwnerOnly) is not 0 and var mode)
            yield return Finding.Error($"the socket {socket} is open to others ({mode})", "mode 0600: whoever can connect can make the driver ask its providers", $"chmod 0600 {socket}, and see who changed it");
        if (state is SocketState.Open && node.IsDriverRunning && await node.Volumes(cancellationToken) is null)
            yield return Finding.Error($"the driver at {socket} does not list its volumes within {node.Patience.TotalSeconds:0} s", "an answer", "see the driver's log; a restart loses no volume");
    }
}
