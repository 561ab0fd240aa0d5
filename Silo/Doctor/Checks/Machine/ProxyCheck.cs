using ActorCsi.Kubernetes.Access;

namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>A proxy in the environment is used by built-in providers for every store that NO_PROXY does not name: tokens and secrets would pass through it.</summary>
internal sealed class ProxyCheck() : FileCheck("proxy")
{
    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        if ((EnvironmentProxy.Either("https_proxy", node.Variable) ?? EnvironmentProxy.Either("all_proxy", node.Variable)) is null)
            yield break;
        if (EnvironmentProxy.Either("no_proxy", node.Variable) is null)
            yield return Finding.Warning("HTTPS_PROXY is set and NO_PROXY is not", "stores inside the cluster that are asked directly", "set NO_PROXY to .svc,.cluster.local and the addresses of the cluster, or take HTTPS_PROXY away");
        else if (InCluster.Server(node.Variable) is { } server && !EnvironmentProxy.IsLeftOut(server, node.Variable))
            yield return Finding.Note($"HTTPS_PROXY is set and NO_PROXY does not name the API server ({server.Host})", "the cluster's own addresses in NO_PROXY",
                $"add {server.Host} to NO_PROXY; the driver goes to the API server directly all the same, other programs of the container do not");
    }
}
