using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Silo.Doctor.Checks;

/// <summary>Each thing that the driver does with the API server, and whether its roles allow it.</summary>
internal sealed class RightsCheck() : ClusterCheck("rights")
{
    private const string ClassGroup = "secrets-store.csi.x-k8s.io";

    /// <summary>The rules of deploy/base/rbac.yaml, and what is missing without each; a test keeps the two equal.</summary>
    internal static readonly (string Group, string Resource, string[] Verbs, string For)[] Needed =
    [
        (ClassGroup, "secretproviderclasses", ["list", "watch"], "it finds no class"),
        (ClassGroup, "secretproviderclasspodstatuses", ["get", "list", "create", "patch"], "nobody sees which versions pods have"),
        ("", "pods", ["get"], "synced Secrets have no owner"),
        ("", "events", ["create", "patch"], "users are not told what went wrong"),
        ("", "serviceaccounts", ["get"], "classes of aws and azure do not find the identity that a pod is bound to"),
        ("", "nodes", ["get"], "classes of aws must name their region"),
        ("storage.k8s.io", "csidrivers", ["get"], "its object is not checked"),
    ];

    /// <summary>The rule of deploy/components/synced-secrets.</summary>
    internal static readonly (string Group, string Resource, string[] Verbs, string For) NeededForSecrets =
        ("", "secrets", ["get", "create", "patch"], "the Secrets of spec.secretObjects are not made (deploy/components/synced-secrets allows it)");

    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        if (!node.IsClusterAskedAsDriver)
            return [Finding.Note("the API server is asked with another kubeconfig than the driver's, so the driver's own rights are not seen", "the driver's service account", "run doctor in the driver's container")];
        var rights = await SecretsAreMade(cluster, cancellationToken) ? Needed.Append(NeededForSecrets) : Needed;
        var denied = await Task.WhenAll(rights.SelectMany(right => right.Verbs.Select(verb => Denied(right.Group, right.Resource, verb, right.For))));
        return [.. denied.OfType<Finding>()];

        async Task<Finding?> Denied(string group, string resource, string verb, string otherwise)
        {
            var review = new V1SelfSubjectAccessReview { Spec = new() { ResourceAttributes = new() { Group = group, Resource = resource, Verb = verb } } };
            var answer = await cluster.Create(Resources.SelfSubjectAccessReviews, review, cancellationToken: cancellationToken);
            return answer.Status is { Allowed: true } ? null : Finding.Error($"the driver may not {verb} {resource}{(group.Length > 0 ? "." + group : "")}", $"a role that allows it: without it, {otherwise}",
                "apply deploy/base/rbac.yaml, and see that its ClusterRoleBinding names the driver's ServiceAccount");
        }
    }

    private static async Task<bool> SecretsAreMade(IKubernetes cluster, CancellationToken cancellationToken)
    {
        try
        {
            return (await cluster.List(Resources.SecretProviderClasses, null, cancellationToken: cancellationToken)).Items.Any(found => found.Spec?.SecretObjects is { Count: > 0 });
        }
        catch (KubernetesException failure) when (!failure.IsUnavailable)
        {
            return false; // the rights to read classes are asked for anyway
        }
    }
}
