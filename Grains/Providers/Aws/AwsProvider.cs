using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// AWS Secrets Manager and Parameter Store: classes of the existing plugin, read as the pod.
/// <code>
///   class ─▶ region (its own, the driver's, the node's) ─▶ role of the service account ─▶ keys for the pod's token ─▶ reads, in batches ─▶ files
///                └ failoverRegion: the same there, at the same time; what one region could not give, the other does
/// </code>
/// Nothing is remembered here but keys (<see cref="AwsLogins"/>) and clocks (<see cref="AwsClient"/>).
/// </summary>
internal sealed class AwsProvider(
    AwsEndpoints endpoints, AwsClient client, AwsLogins logins, IServiceAccounts serviceAccounts, INodeLabels node, TimeProvider time, ILogger<AwsProvider> log) : ISecretProvider
{
    private const string RegionLabel = "topology.kubernetes.io/region";
    private const string RoleAnnotation = "eks.amazonaws.com/role-arn";

    /// <inheritdoc/>
    public string Name => "aws";

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => TokenDemand.For(Read(secretClass).Audience);

    /// <summary>The region: what one throttles or what is down there is no other's affair.</summary>
    public string Endpoint(SecretProviderClass secretClass)
        => Read(secretClass) is var wanted && wanted.FailoverRegion is { } failover ? $"{wanted.Region ?? "here"}+{failover}" : wanted.Region ?? "here";

    /// <inheritdoc/>
    public string? SharingKey(FetchRequest request) => Read(request.Class).LoginPerPod ? request.Volume.Pod.Uid : "";

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var wanted = Read(request.Class);
        var region = wanted.Region ?? await RegionOfNode(cancellationToken);
        wanted.CheckRegion(region, request.Class);
        var role = wanted.UsesPodIdentity ? null : wanted.RoleArn ?? await RoleOf(request.Volume.Pod, cancellationToken);
        var primary = Session(wanted, region, role, request);

        if (wanted.FailoverRegion is null && await IsUnchanged(wanted, request.Current, primary, cancellationToken))
            return new SecretBundle { Files = [], Objects = Versions(wanted, request.Current), Unchanged = true, NeedsNoPolling = IsPinned(wanted) };

        var regions = wanted.FailoverRegion is { } other
            ? await Task.WhenAll(
                Read(primary, [.. wanted.Objects.Select(one => one.Read)], cancellationToken),
                Read(Session(wanted, other, role, request), [.. wanted.Objects.Select(one => one.FailoverRead)], cancellationToken))
            : [await Read(primary, [.. wanted.Objects.Select(one => one.Read)], cancellationToken)];
        try
        {
            return Bundle(wanted, regions is [var first, var second] ? Merge(wanted, first, second) : regions[0]);
        }
        finally
        {
            foreach (var outcome in regions.SelectMany(region => region))
                outcome.Value?.Content.Erase();
        }
    }

    private AwsClass Read(SecretProviderClass secretClass) => AwsClass.Read(secretClass, endpoints.Region);

    private async Task<string> RegionOfNode(CancellationToken cancellationToken)
    {
        try
        {
            return (await node.Labels(cancellationToken))[RegionLabel] is { Length: > 0 } region && AwsEndpoints.IsRegion(region) ? region
                : throw new VolumeException(VolumeError.Invalid, $"the node has no label {RegionLabel}: name the region in parameters.region");
        }
        catch (VolumeException failure) when (failure.Error is VolumeError.ClusterUnavailable or VolumeError.NotFound)
        {
            throw new VolumeException(failure.Error, $"the class names no region, and {failure.Message}", failure);
        }
    }

    private async Task<string> RoleOf(PodIdentity pod, CancellationToken cancellationToken)
    {
        try
        {
            var role = (await serviceAccounts.Annotations(pod.Namespace, pod.ServiceAccount, cancellationToken))[RoleAnnotation];
            return AwsArn.Read(role ?? "") is { Service: "iam" } ? role!
                : throw new VolumeException(VolumeError.Invalid,
                    $"service account {pod.Namespace}/{pod.ServiceAccount} has {(string.IsNullOrEmpty(role) ? "no annotation" : $"'{Words.Clip(role)}' for")} {RoleAnnotation}, expected the ARN of the role that it may assume; with EKS Pod Identity set parameters.usePodIdentity");
        }
        catch (VolumeException failure) when (failure.Error is VolumeError.ClusterUnavailable)
        {
            throw new VolumeException(failure.Error, $"{failure.Message}; parameters.roleArn can name the role instead", failure);
        }
    }

    private AwsSession Session(AwsClass wanted, string region, string? role, FetchRequest request)
    {
        var pod = request.Volume.Pod;
        var place = new AwsRegion(region, endpoints.Of(AwsEndpoints.Sts, region), endpoints.Of(AwsEndpoints.SecretsManager, region), endpoints.Of(AwsEndpoints.Ssm, region));
        var identity = new AwsIdentity(pod.Namespace, pod.ServiceAccount, wanted.LoginPerPod ? pod.Uid : "",
            role is null ? string.Join(' ', wanted.AgentAddresses) : place.Sts.Address.AbsoluteUri, role, wanted.AssumedRole);
        return new AwsSession(client, logins, place, identity, wanted.AgentAddresses, request.Tokens[wanted.Audience]!.Token, time);
    }

    /// <summary>What became of each read; those that are equal are one, and have one value.</summary>
    private static async Task<ImmutableArray<AwsOutcome>> Read(AwsSession session, ImmutableArray<AwsRead> reads, CancellationToken cancellationToken)
    {
        var secrets = reads.Where(read => read.Store is AwsStore.SecretsManager).Distinct().ToList();
        var parameters = reads.Where(read => read.Store is AwsStore.ParameterStore).Distinct().ToList();
        var outcomes = await Task.WhenAll(
            AwsOutcome.Each(secrets, () => new SecretsManager(session).Read(secrets, cancellationToken)),
            AwsOutcome.Each(parameters, () => new ParameterStore(session).Read(parameters, cancellationToken)));
        return [.. reads.Select(read => outcomes[read.Store is AwsStore.SecretsManager ? 0 : 1][read])];
    }

    /// <summary>
    /// The region of the class counts, and the other one stands in for what it could not give. What either of them says is wrong, or not there, fails: else nobody would
    /// learn of it before the day on which the other region is needed.
    /// </summary>
    private ImmutableArray<AwsOutcome> Merge(AwsClass wanted, ImmutableArray<AwsOutcome> primary, ImmutableArray<AwsOutcome> other)
    {
        foreach (var (outcomes, region, instead) in new[] { (primary, wanted.Region, wanted.FailoverRegion), (other, wanted.FailoverRegion, wanted.Region) })
            if (outcomes.FirstOrDefault(outcome => outcome.Failure is not null).Failure is { } failure)
                Log.AwsRegionFailed(log, region ?? "the node's region", instead ?? "the node's region", failure.Message);
        return [.. primary.Zip(other, Merge)];
    }

    private static AwsOutcome Merge(AwsOutcome primary, AwsOutcome other)
    {
        if (primary.IsFinal || other.IsFinal)
            return primary.IsFinal ? primary : other;
        if (primary.Failure is not { } failure || other.Failure is not { } otherFailure)
            return primary.Failure is null ? primary : other;
        return AwsOutcome.Of(new VolumeException(failure.Error, $"{failure.Message}; and {otherFailure.Message}", failure) { RetryAfter = failure.RetryAfter });
    }

    /// <summary>
    /// Whether the store still has what the volume holds, where it costs less to learn that than to read: nothing for pinned versions, and a DescribeSecret for a secret that
    /// would be read by itself. Parameters tell nothing cheaper than themselves.
    /// </summary>
    private static async Task<bool> IsUnchanged(AwsClass wanted, ImmutableArray<ObjectVersion> current, AwsSession session, CancellationToken cancellationToken)
    {
        if (current.IsDefaultOrEmpty || wanted.Objects.Any(one => one.Read.Store is not AwsStore.SecretsManager)
            || !Versions(wanted, current).Select(version => version.Id).SequenceEqual(wanted.Objects.SelectMany(one => one.Ids)))
            return false;
        var held = wanted.Objects.Select(one => (one.Read, Held: VersionOf(one, current)!)).Distinct().ToList();
        if (held.Any(one => one.Read.Version.Length > 0 && one.Read.Version != one.Held))
            return false;
        var unsure = held.Where(one => one.Read.Version.Length == 0).ToList();
        var store = new SecretsManager(session);
        if (unsure.Count > 0 && unsure.Count > await store.Questions([.. unsure.Select(one => one.Read).Distinct()], cancellationToken))
            return false;
        foreach (var (read, version) in unsure)
            if (await store.IsStill(read, version, cancellationToken) is not true)
                return false;
        return true;
    }

    private static SecretBundle Bundle(AwsClass wanted, ImmutableArray<AwsOutcome> outcomes)
    {
        if (outcomes.FirstOrDefault(outcome => outcome.Failure is not null).Failure is { } failure)
            throw failure;
        return new SecretBundle
        {
            Files = BundleFiles.Collect(wanted.Objects.Zip(outcomes).SelectMany(read => AwsFiles.Of(read.First, read.Second.Value!)), "give one of them another objectAlias"),
            Objects = [.. wanted.Objects.Zip(outcomes, (one, outcome) => one.Ids.Select(id => new ObjectVersion(id, outcome.Value!.Version))).SelectMany(versions => versions)],
            NeedsNoPolling = IsPinned(wanted),
            // A label may be moved back, and each region counts the versions of parameters by itself: a smaller number is what the store means.
            MayBeOlder = wanted.FailoverRegion is not null || wanted.Objects.Any(one => one.Read.Label.Length > 0),
        };
    }

    /// <summary>A version of a secret never changes; that of a parameter can be deleted and made again.</summary>
    private static bool IsPinned(AwsClass wanted) => wanted.Objects.All(one => one.Read is { Store: AwsStore.SecretsManager, Version.Length: > 0 });

    private static string? VersionOf(AwsObject one, ImmutableArray<ObjectVersion> current) => current.FirstOrDefault(version => version.Id == one.FileName).Version;

    /// <summary>The versions that are held of what is wanted, in that order; what is not held is left out.</summary>
    private static ImmutableArray<ObjectVersion> Versions(AwsClass wanted, ImmutableArray<ObjectVersion> current)
        => [.. wanted.Objects.SelectMany(one => one.Ids).SelectMany(id => current.Where(version => version.Id == id))];
}
