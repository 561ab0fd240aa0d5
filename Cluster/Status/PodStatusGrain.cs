using System.Security.Cryptography;
using System.Text.Json;
using ActorCsi.Cluster.Events;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Cluster.Status;

/// <summary>
/// Keeps one SecretProviderClassPodStatus as it should be, with as few writes as there are changes: one when the pod mounts the class, one when an object's
/// version changes, none else. After a restart the record says what was written, and nothing is asked.
/// </summary>
/// <remarks>
/// The peer sends a POST that is refused and a PUT at every republish that is due, changed or not (secrets-store-csi-driver#2058). Here a publish has its answer
/// before anything is written, and what cannot be written now is written later, once, as it is by then.
/// </remarks>
[KeepAlive] // it holds the pod's volumes; it is collected when the last of them is gone
internal sealed class PodStatusGrain : Grain, IPodStatusGrain
{
    /// <summary>The grain storage that holds the records.</summary>
    public const string StorageName = "statuses";

    /// <summary>A name that is too long stays so, but a right that is missing may be given.</summary>
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(5);

    private readonly IPersistentState<PodStatusRecord> _state;
    private readonly IKubernetes _api;
    private readonly string _nodeId;
    private readonly ILogger<PodStatusGrain> _log;
    private readonly Func<double> _chance;
    private readonly RetryPause _retry;
    private readonly Alarm _alarm;

    /// <summary>By volume id: of two volumes of one pod with one class the first counts, so that they do not take turns in the object.</summary>
    private readonly SortedDictionary<string, VolumeStatus> _volumes = new(StringComparer.Ordinal);

    public PodStatusGrain(
        [PersistentState("status", StorageName)] IPersistentState<PodStatusRecord> state, IKubernetes api, IOptions<ClusterOptions> options, ILogger<PodStatusGrain> log)
    {
        _state = state;
        _api = api;
        _nodeId = options.Value.NodeId;
        _log = log;
        _chance = options.Value.Chance;
        _retry = new RetryPause(_chance);
        _alarm = new Alarm(this, Settle);
    }

    /// <summary>The key of the grain that keeps what <paramref name="volume"/> serves.</summary>
    public static string KeyOf(VolumeStatus volume) => $"{volume.Pod.Namespace}/{PodStatus.NameOf(volume.Pod, volume.ClassName)}";

    /// <inheritdoc/>
    public Task Serve(VolumeStatus volume)
    {
        _volumes[volume.VolumeId] = volume;
        _alarm.Set(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Leave(string volumeId)
    {
        _volumes.Remove(volumeId);
        _alarm.Set(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Owner?> AsOwner() => Task.FromResult(_state.State.Uid.Length == 0 ? null : (Owner?)PodStatus.AsOwner(this.GetPrimaryKeyString().Split('/')[1], _state.State.Uid));

    /// <summary>Writes what is other than it was written, if anything is; forgets what nobody needs any more.</summary>
    private async Task Settle(CancellationToken cancellationToken)
    {
        if (_volumes.Count == 0)
        {
            if (_state.RecordExists)
                await _state.ClearStateAsync(CancellationToken.None);
            if (_volumes.Count == 0) // a volume that came meanwhile has set the alarm
                DeactivateOnIdle();
            return;
        }
        var wanted = PodStatus.Of(_volumes.Values.First(), _nodeId);
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(wanted, Resources.SecretProviderClassPodStatuses.Json)));
        if (hash == _state.State.Written)
            return;
        try
        {
            var written = await Write(wanted, cancellationToken);
            _state.State = new PodStatusRecord { Written = hash, Uid = written.Metadata.Uid ?? "" };
            await _state.WriteStateAsync(CancellationToken.None);
            _retry.Reset();
        }
        catch (KubernetesException refusal) when (refusal.IsRefusal())
        {
            Log.StatusNotWritten(_log, this.GetPrimaryKeyString(), refusal.Message);
            await Complain(refusal);
            _alarm.Set(AfterRefusal * (0.9 + (0.2 * _chance())));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.StatusNotWritten(_log, this.GetPrimaryKeyString(), failure.Message);
            _alarm.Set(_retry.Next());
        }
    }

    private Task Complain(KubernetesException refusal)
    {
        var volume = _volumes.Values.First();
        return GrainFactory.GetGrain<IPodEventsGrain>(PodEventsGrain.KeyOf(volume.Pod)).Report(new Complaint(this.GetPrimaryKeyString(), EventReason.FailedToWriteStatus,
            $"SecretProviderClassPodStatus for {volume.ClassName}: {refusal.Message} (the volume itself is served)", TimeSpan.Zero));
    }

    /// <summary>The first write makes the object, as a rule; what a former life, another driver or a pod of the same name left is brought up to date.</summary>
    private async Task<V1SecretProviderClassPodStatus> Write(V1SecretProviderClassPodStatus wanted, CancellationToken cancellationToken)
    {
        if (_state.State.Written.Length > 0 && await _api.TryChange(Resources.SecretProviderClassPodStatuses, wanted, cancellationToken) is { } changed)
            return changed;
        if (await _api.TryCreate(Resources.SecretProviderClassPodStatuses, wanted, cancellationToken) is { } made)
            return made;
        var found = await _api.TryGet(Resources.SecretProviderClassPodStatuses, wanted.Metadata.Namespace!, wanted.Metadata.Name!, cancellationToken);
        return found is not null && found.Says(wanted) ? found
            : await _api.TryChange(Resources.SecretProviderClassPodStatuses, wanted, cancellationToken) ?? throw new InvalidOperationException("it was there and is gone again");
    }
}
