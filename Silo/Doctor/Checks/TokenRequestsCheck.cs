using ActorCsi.Grains.Providers;
using ActorCsi.Kubernetes;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Silo.Doctor.Checks;

/// <summary>The audiences that classes need tokens for, against those that kubelet is told to bring.</summary>
internal sealed class TokenRequestsCheck() : ClusterCheck("token-requests")
{
    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        if (await CsiDriverObjectCheck.Find(cluster, node.Options.DriverName, cancellationToken) is not { } spec)
            return [];
        var requested = (spec.TokenRequests ?? []).Select(request => request.Audience ?? "").ToHashSet(StringComparer.Ordinal);
        var missing = await Missed(node, requested, cancellationToken);
        return [.. missing.GroupBy(missed => missed.Audience, missed => missed.Class).Select(classes => Missing(node.Options.DriverName, classes.Key, [.. classes], requested))];
    }

    /// <summary>Each class and audience that is missed; null where any token will do.</summary>
    private static async Task<IEnumerable<(string Class, string? Audience)>> Missed(Surroundings node, HashSet<string> requested, CancellationToken cancellationToken)
    {
        using var host = KnownClasses.Providers(node);
        var providers = host.Services.GetRequiredService<IProviderCatalog>();
        var missed = new List<(string, string?)>();
        foreach (var secretClass in await KnownClasses.ReadAll(node, cancellationToken))
        {
            try
            {
                var demand = providers.Find(secretClass.Provider).Demand(secretClass);
                foreach (var one in demand.Each.IsEmpty ? [demand] : demand.Each)
                    missed.AddRange(Missed(one, requested).Select(audience => ($"{secretClass.Namespace}/{secretClass.Name}", audience)));
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
        if (demand is { IsRequired: true, TakesAll: true } && requested.Count == 0)
            return [null];
        return demand.Missing(requested).Take(demand.OneSuffices ? 1 : int.MaxValue);
    }

    private static Finding Missing(string driver, string? audience, string[] classes, HashSet<string> requested) => Finding.Error(
        $"{classes.Length} classes, such as {classes[0]}, need a token {(audience is null ? "" : audience.Length == 0 ? "for the API server " : $"for the audience '{audience}' ")}that kubelet does not bring",
        $"the audience in tokenRequests of CSIDriver {driver}, which has {(requested.Count == 0 ? "none" : string.Join(", ", requested.Order(StringComparer.Ordinal).Select(name => $"'{name}'")))}",
        $"kubectl edit csidriver {driver}, and add to tokenRequests: - audience: {(string.IsNullOrEmpty(audience) ? "\"\"" : audience)}");
}
