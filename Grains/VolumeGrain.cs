using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains;

/// <summary>
/// One mounted volume: it owns the pod's tokens, the mount, the bundle that is readable there and the time of the next refresh.
/// </summary>
/// <remarks>
/// <code>
///            Publish                 mount                 Replace               a refresh fails
///   (nothing) ─────▶ Asked ─────────▶ Mounted ────────────▶ Serving ◀──────────▶ Stale
///                      │ fails: undone  │ fails: undone        │   a refresh works  │
///                      ▼                ▼                      └──── Unpublish ─────┴──▶ Leaving ─▶ (nothing)
/// </code>
/// A record is written before the first effect (Asked), when a bundle is readable (Serving) and before the mount goes (Leaving), so that
/// after a crash at any point <see cref="Resume"/> knows what to finish and what to undo. The reminder exists as long as the record
/// does: it is what wakes the volume after a restart. The timer is what makes a refresh punctual.
/// <para>A file for each phase: VolumeGrain.Publish.cs, .Refresh.cs with .Wait.cs and .Content.cs, .Unpublish.cs, .Resume.cs; and .Inspect.cs.</para>
/// </remarks>
public sealed partial class VolumeGrain : Grain, IVolumeGrain, IRemindable
{
    /// <summary>The reminder that every volume has from its first publish to its unpublish. <see cref="VolumeIndex"/> finds volumes by it.</summary>
    public const string ReminderName = "volume";

    /// <summary>The grain storage that holds the volumes' records.</summary>
    public const string StorageName = "volumes";

    /// <summary>The timer keeps refreshes punctual; the reminder only has to catch what a lost timer forgot.</summary>
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromHours(1);

    /// <summary>How long the generation that was replaced stays, for readers that were on their way through it.</summary>
    private static readonly TimeSpan ReadersPause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly IPersistentState<VolumeRecord> _state;
    private readonly ITmpfs _tmpfs;
    private readonly IClassSource _classes;
    private readonly IProviderCatalog _providers;
    private readonly VolumeOptions _options;
    private readonly VolumeObservers _observers;
    private readonly TimeProvider _time;
    private readonly ILogger<VolumeGrain> _log;

    private IGrainTimer? _timer;
    private IGrainTimer? _tidy;
    private CancellationTokenSource? _fetch;
    private bool _isLeaving; // from Leave until the Unpublish behind it has its turn

    /// <summary>Called by the grain runtime.</summary>
    public VolumeGrain(
        [PersistentState("volume", StorageName)] IPersistentState<VolumeRecord> state,
        ITmpfs tmpfs,
        IClassSource classes,
        IProviderCatalog providers,
        IOptions<VolumeOptions> options,
        VolumeObservers observers,
        TimeProvider time,
        ILogger<VolumeGrain> log)
    {
        _state = state;
        _tmpfs = tmpfs;
        _classes = classes;
        _providers = providers;
        _options = options.Value;
        _observers = observers;
        _time = time;
        _log = log;
    }

    private VolumeRecord Record => _state.State;

    private VolumeSpec Spec => Record.Spec!;

    private string Mountpoint => Record.Targets[0];

    private bool HasContent => Record.State is VolumeState.Serving or VolumeState.Stale;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_state.RecordExists)
            DelayDeactivation(TimeSpan.MaxValue);
        ArmTimer();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Publish(PublishRequest request, CancellationToken cancellationToken)
        => HasContent && request.Spec == Spec && IsReadable() && !BringsNews(request) && !IsDue()
            ? Task.CompletedTask // 1 serving and nothing due: the hot path, every 60–90 s for each volume of the node
            : PublishChanged(request, cancellationToken);

    /// <inheritdoc/>
    public Task<VolumeUsage?> Usage(string volumePath)
    {
        if (!HasContent || !Record.Targets.Contains(volumePath))
            return Task.FromResult<VolumeUsage?>(null);
        var usage = _tmpfs.Usage(volumePath);
        return Task.FromResult<VolumeUsage?>(new VolumeUsage(usage.TotalBytes, usage.UsedBytes, usage.TotalInodes, usage.UsedInodes, Record.Reason));
    }

    /// <summary>Whether readers see, whole, what the record says they see. One readlink.</summary>
    private bool IsReadable()
        => Record.Generation is { } generation ? _tmpfs.Serves(Mountpoint, generation) : _tmpfs.Probe(Mountpoint) is TargetState.Mounted;

    /// <summary>
    /// As <see cref="IsReadable"/>, and where another generation is shown than the record says, it is taken into the record: the swap was made, and a
    /// crash or a failure came before it was remembered. A swap is whole, so what is shown is what counts.
    /// </summary>
    private bool IsStillThere()
    {
        if (IsReadable())
            return true;
        if (Record.Generation is null || _tmpfs.Generation(Mountpoint) is not { } shown)
            return false;
        _state.State = Record with { Generation = shown };
        return true;
    }

    /// <summary>Writes the record where the volume can do without: what is lost after a restart is only what kubelet's next publish brings anyway.</summary>
    private Task SaveIfPossible(VolumeRecord record)
    {
        _state.State = record;
        return IfPossible(_state.WriteStateAsync);
    }

    private async Task IfPossible(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception failure)
        {
            Log.NotSaved(_log, Spec.VolumeId, failure);
        }
    }

    /// <summary>Writes the record. When that fails it is not the record, so that the call that is tried again finds what the first one found.</summary>
    private async Task Save(VolumeRecord record)
    {
        var old = Record;
        _state.State = record;
        try
        {
            await _state.WriteStateAsync();
        }
        catch
        {
            _state.State = old;
            throw;
        }
    }
}
