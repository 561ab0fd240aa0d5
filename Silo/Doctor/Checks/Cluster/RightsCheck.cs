using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using ActorCsi.Silo.Doctor.Checks.Classes;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>Each thing that the driver does with the API server for the classes and volumes that there are, and whether its roles allow it.</summary>
internal sealed class RightsCheck() : ClusterCheck("rights")
{
    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        if (!node.IsClusterAskedAsDriver)
            return [Finding.Note("the API server is asked with another kubeconfig than the driver's, so the driver's own rights are not seen", "the driver's service account", "run doctor in the driver's container")];
        var needed = await Needed(node, cluster, cancellationToken);
        var denied = await Task.WhenAll(needed.SelectMany(one => one.Rule.Verbs.Select(verb => Denied(one.File, one.Rule, verb))));
        return [.. denied.OfType<Finding>()];

        async Task<Finding?> Denied(string file, Rule rule, string verb)
        {
            var review = new V1SelfSubjectAccessReview { Spec = new() { ResourceAttributes = new() { Group = rule.Group, Resource = rule.Resource, Namespace = rule.Namespace, Name = rule.Name, Verb = verb } } };
            var answer = await cluster.Create(Resources.SelfSubjectAccessReviews, review, cancellationToken: cancellationToken);
            return answer.Status is { Allowed: true } ? null : Finding.Error(
                $"the driver may not {verb} {rule}", $"a role that allows it: without it, {rule.Otherwise}", $"apply {file}, and see that its binding names the driver's ServiceAccount");
        }
    }

    private static async Task<IReadOnlyList<(string File, Rule Rule)>> Needed(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        var needed = Of(ShippedRights.Base);
        if (node.MountsClasses && await SecretsAreMade(cluster, cancellationToken))
            needed = needed.Concat(Of(ShippedRights.SyncedSecrets));
        var providers = await KnownClasses.ProvidersInUse(node, cancellationToken);
        var certificates = node.Options.CertificatesRequestedBy is CertificateRequester.Pod ? ShippedRights.Certificates : ShippedRights.CertificatesAsDriver;
        if (node.Options.SpiffeIssuer is { Length: > 0 } configMap)
            needed = needed.Concat(Of(ShippedRights.SpiffeIssuer(configMap)));
        return [.. needed.Concat(Of(certificates).Where(one => IsAskedBy(one.Rule, providers)))];

        static IEnumerable<(string File, Rule Rule)> Of(ShippedRights rights) => rights.Rules.Select(rule => (rights.File, rule));
    }

    private static bool IsAskedBy(Rule certificates, IReadOnlySet<string> providers)
        => certificates.Resource == "certificaterequests" ? providers.Contains("cert-manager") || providers.Contains("spiffe") : providers.Contains("kubernetes");

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
