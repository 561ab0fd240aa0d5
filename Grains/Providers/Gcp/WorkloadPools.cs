using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// Finds the pool that a class's pods belong to: the class names it, or the driver's environment does (the cluster, else a credentials file for a pool),
/// or the metadata server knows the cluster. What somebody wrote down counts before what is found.
/// </summary>
internal sealed class WorkloadPools(GcpSettings settings, DriverCredentials driver, MetadataServer metadata)
{
    /// <summary>For whom the pod's token may be, told without asking anybody.</summary>
    /// <exception cref="VolumeException">What the driver was given makes no sense.</exception>
    public ImmutableArray<string> TokenAudiences(GcpClass wanted)
        => Written(wanted) is { } pool ? pool.TokenAudiences : [settings.Project is { } project ? WorkloadPool.ClusterName(project) : WorkloadPool.AnyCluster];

    /// <summary>The pool.</summary>
    /// <exception cref="VolumeException">There is none, or what the driver was given makes no sense.</exception>
    public async Task<WorkloadPool> Find(GcpClass wanted, CancellationToken cancellationToken)
    {
        if (Written(wanted) is { } pool)
            return pool;
        try
        {
            return await metadata.Cluster(cancellationToken);
        }
        catch (VolumeException failure)
        {
            throw new VolumeException(failure.Error is VolumeError.NotFound ? VolumeError.Invalid : failure.Error,
                $"{failure.Message}. Where this is no GKE cluster, name the pool: in parameters.audience of the class, or for all classes in a file for GOOGLE_APPLICATION_CREDENTIALS of the driver", failure)
            {
                RetryAfter = failure.RetryAfter,
            };
        }
    }

    private WorkloadPool? Written(GcpClass wanted)
    {
        if (wanted.Pool is { } pool)
            return pool;
        if (settings is { Project: { } project, ClusterLocation: { } location, ClusterName: { } name })
            return WorkloadPool.Cluster(settings.ClusterEndpoint, project, location, name);
        return driver.Federation?.Pool;
    }
}
