using System.Runtime.CompilerServices;
using ActorCsi.Kubernetes;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>A check that asks the API server. Without one it finds nothing, and that the server does not answer is told once, by <see cref="ApiServerCheck"/>.</summary>
internal abstract class ClusterCheck(string name) : ICheck
{
    public string Name => name;

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (node.Cluster is null)
            yield break;
        IReadOnlyList<Finding> findings;
        try
        {
            findings = await Run(node, node.Cluster, cancellationToken);
        }
        catch (KubernetesException failure) when (failure.IsUnavailable)
        {
            yield break;
        }
        catch (KubernetesException failure) when (failure.Reason is StatusReason.Unauthorized or StatusReason.Forbidden)
        {
            yield break; // RightsCheck and ApiServerCheck tell
        }
        foreach (var finding in findings)
            yield return finding;
    }

    protected abstract Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken);
}
