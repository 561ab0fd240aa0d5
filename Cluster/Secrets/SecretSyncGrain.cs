using System.Collections.Immutable;
using ActorCsi.Cluster.Events;
using ActorCsi.Cluster.Status;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Cluster.Secrets;

/// <summary>
/// Keeps one Kubernetes Secret as the volumes have it that it is made of. The turn is the lock: pods that share the Secret cannot race for it on this node,
/// and what other nodes write meanwhile is seen by its resourceVersion.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Which volume counts: the one whose bundle became readable last. A pod whose secret store cannot be reached does not write back what others have renewed. Where volumes of
/// several classes have it, the class that was made last counts, on every node, and the pods of the others are told (docs/decisions/0009-a-secret-says-what-it-was-made-of.md).</item>
/// <item>Whose it is: as with the peer, the Secret belongs to what the pods belong to (ReplicaSet, StatefulSet, Job, ...), or for a pod that stands alone to its
/// status object. So it outlives a pod that is replaced, and the cluster removes it when the last owner is gone. A pod that is gone is left out, and nobody waits for it.</item>
/// <item>What it holds is read from the files, compared with what is there, and written with its owners in one step; nothing is written when nothing is other.</item>
/// <item>A Secret without the driver's label is somebody else's: it is left alone, and the pod is told.</item>
/// </list>
/// Every few minutes it is looked at, so that a Secret that was deleted or edited is made good again, as with the peer.
/// </remarks>
[KeepAlive] // it holds the Secret's volumes; it is collected when the last of them is gone
internal sealed class SecretSyncGrain : Grain, ISecretSyncGrain
{
    private const int MostConflicts = 3;
    private const int LongestAnswer = 512; // characters of what the API server says

    private readonly IKubernetes _api;
    private readonly ITmpfs _tmpfs;
    private readonly ClusterOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SecretSyncGrain> _log;
    private readonly RetryPause _retry;
    private readonly Alarm _alarm;

    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal); // by volume id
    private readonly HashSet<(string ClassName, PodIdentity Pod)> _complaining = []; // pods that were told of a fault
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal); // by class
    private bool _hasNews; // told since the last look at the members began

    public SecretSyncGrain(IKubernetes api, ITmpfs tmpfs, IOptions<ClusterOptions> options, TimeProvider time, ILogger<SecretSyncGrain> log)
    {
        _api = api;
        _tmpfs = tmpfs;
        _options = options.Value;
        _time = time;
        _log = log;
        _retry = new RetryPause(_options.Chance);
        _alarm = new Alarm(this, Settle);
    }

    private string Namespace => this.GetPrimaryKeyString().Split('/')[0];

    private string Name => this.GetPrimaryKeyString().Split('/')[1];

    /// <inheritdoc/>
    public Task Serve(SecretSource source)
    {
        _members[source.Volume.VolumeId] = _members.TryGetValue(source.Volume.VolumeId, out var known) ? known with { Source = source } : new Member(source, null);
        return Wake();
    }

    /// <inheritdoc/>
    public Task Leave(string volumeId)
    {
        _members.Remove(volumeId);
        return Wake();
    }

    private Task Wake()
    {
        _hasNews = true;
        _alarm.Set(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    private async Task Settle(CancellationToken cancellationToken)
    {
        _hasNews = false;
        var hasAllOwners = await FindOwners();
        if (_members.Count == 0)
        {
            DeactivateOnIdle();
            return;
        }
        var isSettled = hasAllOwners;
        var leaders = Leaders();
        foreach (var former in _seen.Keys.Except(leaders.Select(leader => leader.Volume.ClassName)).ToList())
            _seen.Remove(former);
        foreach (var leader in leaders)
            isSettled &= await TryWrite(leader, cancellationToken);
        _alarm.Set(_hasNews ? TimeSpan.Zero : isSettled ? Jittered(_options.SecretCheck) : _retry.Next());
        if (isSettled)
            _retry.Reset();
    }

    /// <summary>Of each class the volume that counts; first the class that does.</summary>
    private List<SecretSource> Leaders() => [.. _members.Values.Where(member => member.Owners is not null).Select(member => member.Source)
        .GroupBy(source => source.Volume.ClassName).OrderByDescending(sources => sources.Max(source => source.Rank)).Select(sources => sources.MaxBy(source => source.Volume.ServedAt)!)];

    /// <summary>False when it is worth another try soon. A fault of the class's, or of what stands in the cluster, is told and looked at again with the next check.</summary>
    private async Task<bool> TryWrite(SecretSource leader, CancellationToken cancellationToken)
    {
        try
        {
            await Write(leader, cancellationToken);
            await AllIsWell(leader);
            return true;
        }
        catch (SecretFault fault)
        {
            await Complain(leader, fault);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.SecretNotWritten(_log, this.GetPrimaryKeyString(), failure.Message);
            return false;
        }
    }

    /// <summary>Asks for the owners that are not known yet. False when some are still not; pods that are gone are left out from now on.</summary>
    private async Task<bool> FindOwners()
    {
        foreach (var (id, member) in _members.Where(entry => entry.Value.Owners is null).ToList())
        {
            try
            {
                if (await GrainFactory.GetGrain<IPodOwnersGrain>(PodOwnersGrain.KeyOf(member.Source.Volume.Pod)).Find() is not { } found)
                    _members.Remove(id);
                else if (await OwnersFor(member.Source.Volume, found) is { IsEmpty: false } owners && _members.TryGetValue(id, out var current))
                    _members[id] = current with { Owners = owners };
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.OwnersNotFound(_log, member.Source.Volume.Pod, failure.Message); // the others' turn comes all the same
            }
        }
        return _members.Values.All(member => member.Owners is not null);
    }

    /// <summary>What the pod belongs to; its status object for a pod that stands alone; nothing as long as that is not written.</summary>
    private async Task<ImmutableArray<Owner>> OwnersFor(VolumeStatus volume, PodOwners pod)
        => !pod.Owners.IsEmpty ? pod.Owners
            : await GrainFactory.GetGrain<IPodStatusGrain>(PodStatusGrain.KeyOf(volume)).AsOwner() is { } status ? [status]
            : [];

    private async Task Write(SecretSource leader, CancellationToken cancellationToken)
    {
        using var data = SecretData.Read(leader.Wanted, _tmpfs, leader.Volume.Targets[0]);
        var wanted = new SecretPlan(leader, data, [.. _members.Values.SelectMany(member => member.Owners ?? []).Distinct()]);
        var fingerprint = wanted.Fingerprint();
        if (_seen.GetValueOrDefault(leader.Volume.ClassName) is { } seen && seen.Fingerprint == fingerprint && _time.GetUtcNow() < seen.Until)
            return;
        try
        {
            for (var tries = 0; !await TryMend(leader, wanted, cancellationToken); tries++)
                if (tries == MostConflicts)
                    throw new InvalidOperationException("somebody else writes to it all the time");
        }
        catch (KubernetesException refusal) when (refusal.IsRefusal())
        {
            throw refusal.Reason == StatusReason.Forbidden
                ? new SecretFault($"the driver may not write it ({refusal.Message}): its administrator allows synced Secrets with syncSecret.enabled of the chart, on OpenShift with openshift too")
                : new SecretFault($"the API server will not have it: {Redaction.Of(refusal.Message, data.Values.Values, LongestAnswer)}");
        }
        _seen[leader.Volume.ClassName] = new Seen(fingerprint, _time.GetUtcNow() + (_options.SecretCheck / 2));
    }

    /// <summary>False when somebody else wrote in between, and it must be looked at anew.</summary>
    private async Task<bool> TryMend(SecretSource leader, SecretPlan wanted, CancellationToken cancellationToken)
    {
        var found = await _api.TryGet(Resources.Secrets, Namespace, Name, cancellationToken);
        V1Secret? made = null, written = null;
        try
        {
            if (found is null)
                return (written = await _api.TryCreate(Resources.Secrets, made = wanted.Make(Namespace, Name), cancellationToken)) is not null;
            var rival = await RivalIn(found, leader, wanted, cancellationToken);
            if (wanted.Mend(found, yields: rival is not null) is { } change
                && (written = await _api.TryChange(Resources.Secrets, Namespace, Name, Patch.Merge(change), cancellationToken)) is null)
                return false;
            return rival is null ? true : throw Conflict(rival);
        }
        finally
        {
            SecretPlan.Erase(found);
            SecretPlan.Erase(made);
            SecretPlan.Erase(written);
        }
    }

    /// <summary>The class that <paramref name="found"/> was made of, where it gives other content and goes before the leader's. One that is gone, or does not name the Secret any more, does not.</summary>
    private async Task<string?> RivalIn(V1Secret found, SecretSource leader, SecretPlan wanted, CancellationToken cancellationToken)
    {
        if (wanted.RivalIn(found) is not { } name)
            return null;
        var rivals = (await _api.List(Resources.SecretProviderClasses, Namespace, Selection.One(name), null, cancellationToken)).Items;
        return rivals.Any(rival => rival.Spec?.SecretObjects?.Any(entry => entry.SecretName?.Trim() == Name) == true
            && new ClassRank(rival.Metadata.CreationTimestamp, name).CompareTo(leader.Rank) > 0) ? name : null;
    }

    /// <summary>Told when it lasts: two classes with the same objects of a store differ for a while when these change.</summary>
    private SecretFault Conflict(string rival) => new(
        $"SecretProviderClass {rival} names it too and gives it other content, and of two classes the one that was made last counts: "
        + $"give one of them another secretName, or delete {rival} if no pod mounts it", EventReason.SecretSyncConflict, 2 * _options.SecretCheck);

    private async Task Complain(SecretSource leader, SecretFault fault)
    {
        var pod = leader.Volume.Pod;
        Log.SecretFault(_log, this.GetPrimaryKeyString(), pod, fault.Message);
        _complaining.Add((leader.Volume.ClassName, pod));
        await Events(pod).Report(new Complaint($"Secret {Name}", fault.Reason,
            $"Secret {Name} of SecretProviderClass {leader.Volume.ClassName}: {fault.Message}", fault.Grace));
    }

    private async Task AllIsWell(SecretSource leader)
    {
        foreach (var told in _complaining.Where(told => told.ClassName == leader.Volume.ClassName).ToList())
        {
            await Events(told.Pod).Settle($"Secret {Name}");
            _complaining.Remove(told);
        }
    }

    private IPodEventsGrain Events(PodIdentity pod) => GrainFactory.GetGrain<IPodEventsGrain>(PodEventsGrain.KeyOf(pod));

    private TimeSpan Jittered(TimeSpan span) => span * (0.9 + (0.2 * _options.Chance()));

    /// <summary>A volume that the Secret is made of, and its pod's owners as soon as they are known.</summary>
    private sealed record Member(SecretSource Source, ImmutableArray<Owner>? Owners);

    /// <summary>What a class would have of the Secret, as it was last seen to be, and until when that is taken for granted.</summary>
    private sealed record Seen(string Fingerprint, DateTimeOffset Until);
}
