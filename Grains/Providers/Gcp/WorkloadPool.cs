using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// Where Google knows the cluster's service accounts: the workload identity pool of a GKE cluster or fleet, or a pool that somebody made for a cluster
/// elsewhere.
/// </summary>
/// <param name="Audience">What the token service calls it: <c>identitynamespace:P.svc.id.goog:https://container.googleapis.com/v1/…</c>, or <c>//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/X</c>.</param>
internal sealed partial record WorkloadPool(string Audience)
{
    private const string OfCluster = "identitynamespace:";

    /// <summary>How the names of the pools of all GKE projects and fleets end.</summary>
    public const string AnyCluster = "*.svc.id.goog";

    /// <summary>Whether it is one of GKE's, which need no provider to be set up.</summary>
    public bool IsCluster => Audience.StartsWith(OfCluster, StringComparison.Ordinal);

    /// <summary>The pool's own name: <c>P.svc.id.goog</c>, or <c>//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P</c>.</summary>
    public string Name => IsCluster ? Audience[OfCluster.Length..Audience.IndexOf(":http", StringComparison.Ordinal)] : Audience[..Audience.IndexOf("/providers/", StringComparison.Ordinal)];

    /// <summary>For whom the pod's token may be. A pool of one's own takes its name with and without <c>https:</c>, unless its provider lists others.</summary>
    public ImmutableArray<string> TokenAudiences => IsCluster ? [Name, Audience] : [Audience, "https:" + Audience];

    /// <summary>How a service account of the cluster is called in IAM policies.</summary>
    public string Member(string @namespace, string serviceAccount) => IsCluster
        ? $"serviceAccount:{Name}[{@namespace}/{serviceAccount}]"
        : $"principal:{Name}/subject/system:serviceaccount:{@namespace}:{serviceAccount}";

    /// <summary>The pool of a GKE cluster's project.</summary>
    /// <param name="endpoint">How the addresses of clusters begin: <c>https://container.googleapis.com/v1</c>.</param>
    /// <param name="project">The project's id.</param>
    /// <param name="location">The cluster's region or zone.</param>
    /// <param name="cluster">The cluster's name.</param>
    public static WorkloadPool Cluster(string endpoint, string project, string location, string cluster)
        => new($"{OfCluster}{ClusterName(project)}:{endpoint}/projects/{project}/locations/{location}/clusters/{cluster}");

    /// <summary>The name of a GKE project's pool, which is the audience of its pods' tokens.</summary>
    public static string ClusterName(string project) => $"{project}.svc.id.goog";

    /// <summary>Reads an audience as classes and credential files have it.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Fault(string audience, out WorkloadPool pool)
    {
        pool = new WorkloadPool(audience.StartsWith("https://iam.", StringComparison.Ordinal) ? audience["https:".Length..] : audience);
        return Pattern().IsMatch(pool.Audience) ? null
            : $"is '{Words.Clip(audience)}', expected //iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/X or identitynamespace:P.svc.id.goog:https://PROVIDER";
    }

    /// <inheritdoc/>
    public override string ToString() => Audience;

    [GeneratedRegex(@"^(//iam\.[a-z0-9.-]+/projects/[^/\s]+/locations/[^/\s]+/workloadIdentityPools/[^/\s]+/providers/[^/\s]+|identitynamespace:[^/\s]+:https?://\S+)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
