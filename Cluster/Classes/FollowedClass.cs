using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Classes;

/// <summary>One class.</summary>
internal sealed class FollowedClass(ClassName name, TimeProvider time, ILogger log, Action changed, CancellationToken stopped)
    : Followed<V1SecretProviderClass, SecretProviderClass>($"SecretProviderClass {name}", Resources.SecretProviderClasses, time, log, changed, stopped)
{
    /// <summary>When it was asked for last, as a timestamp.</summary>
    public long AskedAt { get; set; }

    protected override string Missing => $"; is the CRD {Resources.SecretProviderClasses} installed?";

    protected override SecretProviderClass? Read(IReadOnlyCollection<V1SecretProviderClass> items) => items.Count == 0 ? null : ClassOfCluster.Read(items.First());
}
