using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Silo.Doctor.Checks.Classes;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>The audiences that classes and volumes need tokens for, against those that kubelet is told to bring.</summary>
internal sealed class TokenRequestsCheck() : ClusterCheck("token-requests")
{
    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        if (await CsiDriverObjectCheck.Find(cluster, node.Options.DriverName, cancellationToken) is not { } spec)
            return [];
        var requested = (spec.TokenRequests ?? []).Select(request => request.Audience ?? "").ToHashSet(StringComparer.Ordinal);
        var findings = (await Missed(node, requested, cancellationToken)).GroupBy(missed => (missed.Audience, missed.IsCertain), missed => missed.Class)
            .Select(classes => Missing(node, $"{classes.Count()} classes, such as {classes.First()},", classes.Key.Audience, classes.Key.IsCertain, requested)).ToList();
        if (!requested.Contains("") && await HasInlineVolumes(node, cancellationToken))
            findings.Add(Missing(node, "volumes that name no class", "", isCertain: true, requested));
        return findings;
    }

    /// <summary>Whether pods request certificates by what their volumes say themselves: nobody but their drivers' names, and those that are mounted, tells of them.</summary>
    private static async Task<bool> HasInlineVolumes(Surroundings node, CancellationToken cancellationToken)
        => node.Options.CertificatesRequestedBy is CertificateRequester.Pod
            && (!node.MountsClasses || (await node.Volumes(cancellationToken) ?? []).Any(volume => volume.ClassName.Length == 0));

    /// <summary>Each class and audience that is missed: null where any token will do, and not certain where the pod's volume may bring something else.</summary>
    private static async Task<IEnumerable<(string Class, string? Audience, bool IsCertain)>> Missed(Surroundings node, HashSet<string> requested, CancellationToken cancellationToken)
    {
        using var host = KnownClasses.Providers(node);
        var providers = host.Services.GetRequiredService<IProviderCatalog>();
        var missed = new List<(string, string?, bool)>();
        foreach (var secretClass in await KnownClasses.ReadAll(node, cancellationToken))
        {
            try
            {
                var demand = providers.Find(secretClass.Provider).Demand(secretClass);
                foreach (var one in demand.Each.IsEmpty ? [demand] : demand.Each)
                    missed.AddRange(Missed(one, requested).Select(audience => ($"{secretClass.Namespace}/{secretClass.Name}", audience, one.IsRequired)));
            }
            catch (VolumeException)
            {
                // ClassProvidersCheck tells.
            }
        }
        return missed;
    }

    private static IEnumerable<string?> Missed(TokenDemand demand, HashSet<string> requested)
    {
        if (!demand.IsRequired)
            return requested.Any(demand.Takes) ? [] : demand.Audiences.Take(1);
        if (demand.TakesAll && requested.Count == 0)
            return [null];
        return demand.Missing(requested).Take(demand.OneSuffices ? 1 : int.MaxValue);
    }

    private static Finding Missing(Surroundings node, string who, string? audience, bool isCertain, HashSet<string> requested) => new(
        isCertain ? Severity.Error : Severity.Note,
        $"{who} {(isCertain ? "need" : "may need")} a token {(audience is null ? "" : audience.Length == 0 ? "for the API server " : $"for the audience '{audience}' ")}that kubelet does not bring",
        $"the audience in tokenRequests of CSIDriver {node.Options.DriverName}, which has {(requested.Count == 0 ? "none" : string.Join(", ", requested.Order(StringComparer.Ordinal).Select(name => $"'{name}'")))}",
        $"kubectl edit csidriver {node.Options.DriverName}, and add to tokenRequests: - audience: {(string.IsNullOrEmpty(audience) ? "\"\"" : audience)}{(isCertain ? "" : "; leave it where their pods bring a Secret")}");
}
