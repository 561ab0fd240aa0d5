using System.Runtime.CompilerServices;
using ActorCsi.Kubernetes;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>The API server answers, and its clock and ours agree.</summary>
internal sealed class ApiServerCheck : ICheck
{
    /// <summary>The Date header has whole seconds, and the answer takes a moment.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TokensAreRefused = TimeSpan.FromMinutes(5);

    public string Name => "api-server";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (node.Cluster is null)
        {
            yield return node.ClusterFault is { } fault
                ? Finding.Error(fault, "a kubeconfig that can be used", "mend that file, or name another")
                : Finding.Note("no API server is known here", "a pod's service account, the driver's --kubernetes, or --kubeconfig", "give --kubeconfig, to have the cluster's objects looked at too");
            yield break;
        }
        var (server, finding) = await Ask(node.Cluster, node.Options.DriverName, cancellationToken);
        if (finding is not null)
            yield return finding;
        if (server?.Date is not { } its)
            yield break;
        var ours = node.Time.GetUtcNow();
        var away = (ours - its).Duration();
        if (away > Tolerance)
            yield return new Finding(away > TokensAreRefused ? Severity.Error : Severity.Warning,
                $"this node's clock is {away.TotalSeconds:0} s {(ours > its ? "ahead of" : "behind")} the API server's", "clocks that agree within seconds: tokens and certificates have times",
                "set the clock that is wrong (chronyc makestep), and see that NTP runs");
    }

    private static async Task<(ServerVersion? Server, Finding? Finding)> Ask(IKubernetes cluster, string driver, CancellationToken cancellationToken)
    {
        ServerVersion? server = null;
        try
        {
            server = await cluster.Version(cancellationToken: cancellationToken); // is told to everyone
            await CsiDriverObjectCheck.Find(cluster, driver, cancellationToken);
            return (server, null);
        }
        catch (KubernetesException failure) when (failure.Reason == StatusReason.Forbidden)
        {
            return (server, null); // RightsCheck tells
        }
        catch (KubernetesException failure) when (failure.Reason == StatusReason.Unauthorized)
        {
            return (server, Finding.Error($"the API server does not accept our token: {failure.Message}", "a token of the driver's service account",
                "see that the ServiceAccount exists; start the pod anew if it was deleted and made again"));
        }
        catch (KubernetesException failure)
        {
            return (server, Finding.Error($"the API server cannot be asked: {failure.Message}", "an answer",
                "see whether other pods of this node reach it, and NetworkPolicies; volumes that are mounted serve on, classes that are known stay usable"));
        }
    }
}
