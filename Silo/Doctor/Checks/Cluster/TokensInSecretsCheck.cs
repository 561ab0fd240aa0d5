using ActorCsi.Admin.V1;
using ActorCsi.Kubernetes;

namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>
/// KEP-5538: with serviceAccountTokenInSecrets, tokens come in a field that no log prints. API servers first, then kubelets (both 1.35 or newer), then drivers, and
/// the flag last.
/// </summary>
internal sealed class TokensInSecretsCheck() : ClusterCheck("tokens-in-secrets")
{
    private static readonly Version HasTheField = new(1, 35);

    protected override async Task<IReadOnlyList<Finding>> Run(Surroundings node, IKubernetes cluster, CancellationToken cancellationToken)
    {
        if (await CsiDriverObjectCheck.Find(cluster, node.Options.DriverName, cancellationToken) is not { TokenRequests.Count: > 0 } spec)
            return [];
        var name = node.Options.DriverName;
        var server = VersionOf((await cluster.Version(cancellationToken: cancellationToken)).GitVersion);
        var seen = await TokenSourceOf(node, cancellationToken);

        if (spec.ServiceAccountTokenInSecrets is true && server is not null && server < HasTheField)
            return [Finding.Error($"CSIDriver {name} has serviceAccountTokenInSecrets: true, and the API server is {server}", "1.35 or newer: an older one drops the field at the next write",
                "take the field away until all API servers and kubelets are 1.35 or newer")];
        if (spec.ServiceAccountTokenInSecrets is true && seen == nameof(TokenSource.VolumeContext))
            return [Finding.Warning($"CSIDriver {name} has serviceAccountTokenInSecrets: true, and this node's kubelet puts tokens into volume_context all the same",
                "a kubelet of 1.35 or newer: the flag is set after the last kubelet is", "the driver reads both; bring this node's kubelet to 1.35 or newer, or start it anew if it is")];
        if (spec.ServiceAccountTokenInSecrets is not true && server >= HasTheField)
            return [Finding.Note($"CSIDriver {name} does not have serviceAccountTokenInSecrets, and the API server is {server}", "true, once every kubelet is 1.35 or newer and every node runs this driver: no log prints that field",
                "follow deploy/overlays/tokens-in-secrets, whose README has the safe order")];
        return [];
    }

    /// <summary>Where the tokens of the volumes here were found; null where there are none.</summary>
    private static async Task<string?> TokenSourceOf(Surroundings node, CancellationToken cancellationToken)
    {
        if (await node.Volumes(cancellationToken) is not { Count: > 0 } volumes)
            return null;
        var latest = volumes.MaxBy(volume => volume.ServedAt)!;
        return (await node.Ask(node.AdminSocket, (channel, options) =>
            new Admin.V1.Admin.AdminClient(channel).InspectVolumeAsync(new InspectVolumeRequest { Volume = latest.VolumeId }, options), cancellationToken))?.TokenSource;
    }

    /// <summary>v1.36.2+k3s1 → 1.36</summary>
    private static Version? VersionOf(string text)
        => text.TrimStart('v').Split('.') is [var major, var minor, ..] && Version.TryParse($"{major}.{minor}", out var version) ? version : null;
}
