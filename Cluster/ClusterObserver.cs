using System.Collections.Immutable;
using System.Threading.Channels;
using ActorCsi.Cluster.Events;
using ActorCsi.Cluster.Secrets;
using ActorCsi.Cluster.Status;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster;

/// <summary>
/// Hands on what volumes tell to the grains that keep the cluster's objects: a note in a queue, and the volume goes on. Behind the queue, too, nothing
/// waits for the API server: each grain takes note and does its work in a turn of its own.
/// </summary>
internal sealed class ClusterObserver(IGrainFactory grains, ILogger<ClusterObserver> log) : BackgroundService, IVolumeObserver
{
    /// <summary>How long a secret store may be away before the users of a pod that runs on are told of it.</summary>
    private static readonly TimeSpan OutageGrace = TimeSpan.FromMinutes(5);

    private readonly Channel<Note> _notes = Channel.CreateUnbounded<Note>(new() { SingleReader = true });
    private readonly Dictionary<string, ImmutableArray<string>> _secretsOf = new(StringComparer.Ordinal); // by volume id; the reader's alone
    private int _waiting;

    /// <summary>How many notes are not passed on yet.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <inheritdoc/>
    public void Served(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes)
    {
        if (changes is not VolumeChanges.None)
            Take(volume.VolumeId, () => TellServed(volume, secretClass, changes));
    }

    /// <inheritdoc/>
    public void ClassReplaced(VolumeStatus volume, SecretProviderClass secretClass) => Take(volume.VolumeId, () => TellSecrets(volume, secretClass));

    /// <inheritdoc/>
    public void Resumed(VolumeStatus volume)
    {
        if (HasClass(volume))
            Take(volume.VolumeId, () => Status(volume).Serve(volume));
    }

    /// <inheritdoc/>
    public void GrewStale(VolumeStatus volume, VolumeError error) => Take(volume.VolumeId, () => Events(volume.Pod).Report(new Complaint(
        volume.VolumeId, EventReason.SecretRotationFailed, $"{TitleOf(volume)}: {volume.Reason} (the files in the volume stay as they are, and it is tried again)",
        PassesByItself(error) ? OutageGrace : TimeSpan.Zero)));

    /// <inheritdoc/>
    public void Unpublished(VolumeStatus volume) => Take(volume.VolumeId, () => TellUnpublished(volume));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var note in _notes.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await note.PassOn();
            }
            catch (Exception failure)
            {
                Log.NoteFailed(log, note.VolumeId, failure);
            }
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task TellServed(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes)
    {
        if (HasClass(volume))
        {
            await Status(volume).Serve(volume);
            await TellSecrets(volume, secretClass);
        }
        if (changes.HasFlag(VolumeChanges.Recovered))
            await Events(volume.Pod).Settle(volume.VolumeId);
    }

    private async Task TellSecrets(VolumeStatus volume, SecretProviderClass secretClass)
    {
        var names = secretClass.SecretObjects.Select(wanted => wanted.SecretName.Trim()).Where(name => name.Length > 0).ToImmutableArray();
        foreach (var former in _secretsOf.GetValueOrDefault(volume.VolumeId, []).Except(names))
            await Secret(volume.Pod, former).Leave(volume.VolumeId);
        if (names.IsEmpty)
            _secretsOf.Remove(volume.VolumeId);
        else
            _secretsOf[volume.VolumeId] = names;
        foreach (var wanted in secretClass.SecretObjects)
        {
            if (wanted.SecretName.Trim() is { Length: > 0 } name)
                await Secret(volume.Pod, name).Serve(new SecretSource(volume, wanted, secretClass.CreatedAt));
            else
                await Events(volume.Pod).Report(new Complaint("", EventReason.FailedToCreateSecret,
                    $"SecretProviderClass {secretClass.Name}: an entry of spec.secretObjects has no secretName", TimeSpan.Zero));
        }
    }

    private async Task TellUnpublished(VolumeStatus volume)
    {
        if (HasClass(volume))
            await Status(volume).Leave(volume.VolumeId);
        if (_secretsOf.Remove(volume.VolumeId, out var names))
            foreach (var name in names)
                await Secret(volume.Pod, name).Leave(volume.VolumeId);
        await Events(volume.Pod).Settle(volume.VolumeId);
    }

    /// <summary>Where a volume names no class, there is nothing that a status object could be of.</summary>
    private static bool HasClass(VolumeStatus volume) => volume.ClassName.Length > 0;

    private static string TitleOf(VolumeStatus volume) => HasClass(volume) ? $"SecretProviderClass {volume.ClassName}" : $"volume of {volume.Provider}";

    private static bool PassesByItself(VolumeError error)
        => error is VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles or VolumeError.ProviderPending or VolumeError.GivenUp or VolumeError.Busy
            or VolumeError.TokenMissing or VolumeError.TokenRefused; // kubelet brings new tokens

    private IPodStatusGrain Status(VolumeStatus volume) => grains.GetGrain<IPodStatusGrain>(PodStatusGrain.KeyOf(volume));

    private ISecretSyncGrain Secret(PodIdentity pod, string name) => grains.GetGrain<ISecretSyncGrain>($"{pod.Namespace}/{name}");

    private IPodEventsGrain Events(PodIdentity pod) => grains.GetGrain<IPodEventsGrain>(PodEventsGrain.KeyOf(pod));

    private void Take(string volumeId, Func<Task> passOn)
    {
        Interlocked.Increment(ref _waiting);
        _notes.Writer.TryWrite(new Note(volumeId, passOn));
    }

    private sealed record Note(string VolumeId, Func<Task> PassOn);
}
