using ActorCsi.Kubernetes;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>The two kinds of the peer's are known to the API server, in the version that is used.</summary>
internal sealed class CustomResourcesCheck() : ClusterCheck("custom-resources")
{
    /// <summary>An object that nobody has: an empty list says that the kind is known, and costs the server nothing.</summary>
    private static readonly Selection Nobody = Selection.One("actorcsi-doctor-asks");

    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (!node.MountsClasses)
            return findings;
        await Ask(Resources.SecretProviderClasses);
        await Ask(Resources.SecretProviderClassPodStatuses);
        return findings;

        async Task Ask<T>(Resource<T> resource) where T : KubernetesObject
        {
            try
            {
                await cluster.List(resource, null, Nobody, cancellationToken: cancellationToken);
            }
            catch (KubernetesException failure) when (failure.IsNotFound)
            {
                findings.Add(Finding.Error($"the API server does not know {resource} {resource.Version}", "the CustomResourceDefinition", "kubectl apply -k deploy/base, or the chart's crds"));
            }
        }
    }
}
