using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Tokens;
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
/// </remarks>
[KeepAlive] // a published volume waits for its refresh; it is collected when it is unpublished
public sealed class VolumeGrain : Grain, IVolumeGrain, IRemindable
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
    private SecretProviderClass? _class;

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
        ArmTimer();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Publish(PublishRequest request, CancellationToken cancellationToken)
        => HasContent && request.Spec == Spec && IsReadable() && !BringsNews(request) && !IsDue()
            ? Task.CompletedTask // 1 serving and nothing due: the hot path, every 60–90 s for each volume of the node
            : PublishChanged(request, cancellationToken);

    private async Task PublishChanged(PublishRequest request, CancellationToken cancellationToken)
    {
        if (Record.State is VolumeState.Leaving)
            await FinishLeaving();
        if (HasContent && !IsStillThere())
            await ForgetVanished();

        if (HasContent)
        {
            RefuseIncompatible(request.Spec);
            await Republish(request, cancellationToken);
        }
        else
        {
            await FirstPublish(request, cancellationToken);
        }
    }

    /// <summary>
    /// The CSI specification's table for a second NodePublishVolume: T (target) and P (everything but secrets). What kubelet derives from the driver's
    /// own capabilities is no difference: see docs/decisions/0007-a-running-pod-outlives-a-change-of-capabilities.md.
    /// </summary>
    private void RefuseIncompatible(VolumeSpec asked)
    {
        var alike = asked with { TargetPath = Spec.TargetPath, FsGroup = Spec.FsGroup, AccessMode = IsSameAccess(asked.AccessMode, Spec.AccessMode) ? Spec.AccessMode : asked.AccessMode };
        if (alike != Spec)
            throw new VolumeException(VolumeError.PublishedDifferently,
                $"volume {asked.VolumeId} is published at {Mountpoint} with other attributes, access mode, read-only flag or mount flags; unpublish it first");
        if (!Record.Targets.Contains(asked.TargetPath) && !AllowsSeveralTargets(asked.AccessMode))
            throw new VolumeException(VolumeError.PublishedElsewhere,
                $"volume {asked.VolumeId} is published at {Mountpoint}, and access mode {asked.AccessMode} allows one target only");
    }

    /// <summary>ReadWriteOnce is one of these three, depending on whether the driver declares SINGLE_NODE_MULTI_WRITER.</summary>
    private static bool IsSameAccess(string one, string other)
        => one == other || (IsReadWriteOnce(one) && IsReadWriteOnce(other));

    private static bool IsReadWriteOnce(string mode) => mode is "SINGLE_NODE_WRITER" or "SINGLE_NODE_SINGLE_WRITER" or "SINGLE_NODE_MULTI_WRITER";

    private static bool AllowsSeveralTargets(string accessMode)
        => accessMode == "SINGLE_NODE_MULTI_WRITER" || accessMode.StartsWith("MULTI_NODE_", StringComparison.Ordinal);

    /// <summary>
    /// A publish of what is there already. Content in place is never put at risk and never denied: a final error here makes kubelets
    /// delete the mount directory under a running pod (kubernetes/kubernetes#121271).
    /// </summary>
    private async Task Republish(PublishRequest request, CancellationToken cancellationToken)
    {
        await Remember(request);
        await FollowCapabilities(request.Spec);
        if (!Record.Targets.Contains(request.Spec.TargetPath))
            await BindTo(request.Spec.TargetPath);
        if (IsDue())
            await TryRefresh(cancellationToken);
        if (request.Tokens is null && Record.NeedsToken)
            throw new VolumeException(VolumeError.TokenMissing,
                "the class needs a service-account token and this publish brought none; the files stay as they are. Check spec.tokenRequests of the CSIDriver object.");
    }

    /// <summary>A driver that declares VOLUME_MOUNT_GROUP where the last one did not is given the group from now on, for running pods too.</summary>
    private async Task FollowCapabilities(VolumeSpec asked)
    {
        if (asked.FsGroup == Spec.FsGroup && asked.AccessMode == Spec.AccessMode)
            return;
        var groupChanged = asked.FsGroup != Spec.FsGroup;
        _state.State = Record with
        {
            Spec = Spec with { FsGroup = asked.FsGroup, AccessMode = asked.AccessMode },
            RefreshAt = groupChanged ? _time.GetUtcNow() : Record.RefreshAt,
        };
        await SaveIfPossible();
    }

    private async Task FirstPublish(PublishRequest request, CancellationToken cancellationToken)
    {
        var target = request.Spec.TargetPath;
        // A mount that we have no record of is another driver's, for a pod that ran before this one took the node over: never unmounted here,
        // and with content in place it is as good as a publish of our own.
        var foreign = !_state.RecordExists && _tmpfs.Probe(target) is TargetState.Mounted;
        var adopted = foreign && _tmpfs.Generation(target) is not null;

        await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
        await Save(new VolumeRecord
        {
            State = adopted ? VolumeState.Stale : VolumeState.Asked,
            Spec = request.Spec,
            Targets = [target],
            Tokens = request.Tokens,
            TokenSource = request.TokenSource,
            NodePublishSecrets = request.NodePublishSecrets,
            Generation = adopted ? _tmpfs.Generation(target) : null,
            Reason = adopted ? "taken over from another driver; not refreshed yet" : null,
        });

        if (adopted)
        {
            Log.Adopted(_log, request.Spec.VolumeId, request.Spec.Pod, target);
            await TryRefresh(cancellationToken);
            return;
        }

        try
        {
            Mount(target);
            await Fill(cancellationToken);
        }
        catch (Exception failure)
        {
            _observers.PublishFailed(request.Spec, failure);
            await (foreign ? Forget() : Undo());
            throw;
        }
    }

    private void Mount(string target)
    {
        // What stands there without a record of content is what a crashed first publish left: nobody was told of it, so it can be used.
        if (_tmpfs.Probe(target) is not TargetState.Mounted)
            _tmpfs.Mount(target, _options.Limits);
        _state.State = Record with { State = VolumeState.Mounted };
    }

    private async Task BindTo(string target)
    {
        _tmpfs.Bind(Mountpoint, target);
        await Save(Record with { Targets = Record.Targets.Add(target) });
    }

    /// <inheritdoc/>
    public async Task Refresh(CancellationToken cancellationToken)
    {
        if (!HasContent)
            throw new VolumeException(VolumeError.NotFound, $"volume {this.GetPrimaryKeyString()} is not published");
        if (await TryRefresh(cancellationToken) is { } failure)
            throw failure;
    }

    private async Task RefreshIfDue(CancellationToken cancellationToken)
    {
        if (HasContent && IsDue())
            await TryRefresh(cancellationToken);
        ArmTimer();
    }

    /// <summary>Renews the content. When that fails, what is readable stays as it is, and the volume is stale and says why.</summary>
    private async Task<VolumeException?> TryRefresh(CancellationToken cancellationToken)
    {
        if (!IsStillThere())
        {
            await ForgetVanished();
            return new VolumeException(VolumeError.NotFound, $"nothing is mounted any more where volume {this.GetPrimaryKeyString()} was published");
        }
        try
        {
            await Fill(cancellationToken);
            return null;
        }
        catch (VolumeException failure)
        {
            await GrowStale(failure);
            return failure;
        }
        catch (Exception failure) // a bug, or a machine that misbehaves: no reason to take content away from a pod
        {
            Log.RefreshBroke(_log, Spec.VolumeId, failure);
            var told = new VolumeException(VolumeError.Internal, $"the refresh failed with {failure.GetType().Name}; the log says more");
            await GrowStale(told);
            return told;
        }
    }

    /// <summary>Class → tokens → provider → files → record. Everything that can fail comes before the one step that readers see.</summary>
    private async Task Fill(CancellationToken cancellationToken)
    {
        if (_isLeaving)
            throw BeingUnpublished();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _fetch = giveUp;
        try
        {
            // 2 the class: which provider, which parameters
            var secretClass = await FindClass(giveUp.Token);
            var provider = _providers.Find(secretClass.Provider);
            var demand = provider.Demand(secretClass);
            if (demand != TokenDemand.None && HasForgotten())
                throw new VolumeException(VolumeError.TokenMissing, "the pod's tokens and secrets are not kept in a state directory on disk; kubelet brings them with its next publish");
            var sent = Record.Tokens is { } json ? PodTokensJson.Read(json) : PodTokens.None;

            // 3 the fetch: as the pod, through the session that its identity shares
            var request = new FetchRequest(Spec, secretClass, TokenCheck.Choose(sent, demand, Spec.Pod, _time.GetUtcNow()),
                Record.TokenSource, Record.NodePublishSecrets.RemoveAll(secret => secret.Value is null), Record.Objects);
            var session = GrainFactory.GetGrain<ISessionGrain>(SessionKey.Of(secretClass.Provider, Spec.Pod));
            var bundle = await session.Fetch(request, giveUp.Token);

            // 4 the swap
            var shown = bundle.WrittenByProvider ? (Replacement?)null : _tmpfs.Replace(Mountpoint, bundle.Files, Spec.FsGroup);
            bundle.Erase();

            // 5 the memory
            await Serve(secretClass, demand, bundle, shown);
        }
        catch (OperationCanceledException)
        {
            throw cancellationToken.IsCancellationRequested
                ? new VolumeException(VolumeError.GivenUp, "the caller gave up before the provider answered")
                : BeingUnpublished();
        }
        finally
        {
            _fetch = null;
        }
    }

    /// <summary>Whether tokens or secrets were left out of the record and a restart came between.</summary>
    private bool HasForgotten()
        => (Record.Tokens is null && Record.TokenSource is not TokenSource.None) || Record.NodePublishSecrets.Any(secret => secret.Value is null);

    private static VolumeException BeingUnpublished() => new(VolumeError.GivenUp, "the volume is being unpublished");

    private async ValueTask<SecretProviderClass> FindClass(CancellationToken cancellationToken)
    {
        if (Spec.ClassName.Length == 0)
            throw new VolumeException(VolumeError.Invalid, $"volumeAttributes.{VolumeSpec.ClassAttribute} is not set: name the SecretProviderClass there");
        return await _classes.Find(Spec.Pod.Namespace, Spec.ClassName, cancellationToken)
            ?? throw new VolumeException(VolumeError.NotFound,
                $"failed to get secretproviderclass {Spec.Pod.Namespace}/{Spec.ClassName}: not found; it must be in the pod's own namespace");
    }

    private async Task Serve(SecretProviderClass secretClass, TokenDemand demand, SecretBundle bundle, Replacement? shown)
    {
        var now = _time.GetUtcNow();
        var isNew = shown is not { Changed: false };
        var changes = Changes(secretClass, bundle, isNew);
        _class = secretClass;
        await Save(Record with
        {
            State = VolumeState.Serving,
            NeedsToken = demand.IsRequired,
            FollowsTokens = bundle.FollowsTokens,
            Provider = secretClass.Provider,
            ClassFingerprint = Fingerprint.Of(secretClass),
            Generation = shown?.Generation,
            Generations = Record.Generations + (isNew ? 1 : 0),
            Objects = bundle.Objects,
            ServedAt = isNew ? now : Record.ServedAt ?? now,
            ExpiresAt = bundle.ExpiresAt,
            RefreshAt = bundle.RefreshAt ?? (bundle.NeedsNoPolling ? null : now + Jittered(_options.PollInterval)),
            Failures = 0,
            Reason = null,
        });
        ArmTimer();
        if (isNew && shown is not null)
            TidyLater();
        if (isNew)
            Log.Served(_log, Spec.VolumeId, Spec.Pod, secretClass.Provider, Record.Generations, Record.ExpiresAt);
        _observers.Served(Status(), secretClass, changes);
    }

    private VolumeChanges Changes(SecretProviderClass secretClass, SecretBundle bundle, bool isNew)
        => (isNew ? VolumeChanges.Content : 0)
            | (Record.Generations == 0 ? VolumeChanges.First : 0)
            | (Record.State is VolumeState.Stale ? VolumeChanges.Recovered : 0)
            | (Record.Objects.SequenceEqual(bundle.Objects) ? 0 : VolumeChanges.Objects)
            | (ReferenceEquals(secretClass, _class) ? 0 : VolumeChanges.Class);

    private void TidyLater()
    {
        _tidy?.Dispose();
        _tidy = this.RegisterGrainTimer(Tidy, new GrainTimerCreationOptions(ReadersPause, Timeout.InfiniteTimeSpan));
    }

    private Task Tidy()
    {
        if (HasContent && IsReadable())
            _tmpfs.Tidy(Mountpoint);
        return Task.CompletedTask;
    }

    private async Task GrowStale(VolumeException failure)
    {
        Log.Stale(_log, Spec.VolumeId, Spec.Pod, failure.Error, failure.Message);
        _state.State = Record with
        {
            State = VolumeState.Stale,
            Failures = Record.Failures + 1,
            Reason = failure.Message,
            RefreshAt = _time.GetUtcNow() + Jittered(Backoff(Record.Failures)),
        };
        ArmTimer();
        await SaveIfPossible();
        _observers.GrewStale(Status(), failure.Error);
    }

    private TimeSpan Backoff(int failures)
        => failures < 30 && _options.FirstRetry * (1 << failures) is var pause && pause < _options.LongestRetry ? pause : _options.LongestRetry;

    /// <summary>Up to a tenth sooner or later, so that volumes that were published together are not refreshed together.</summary>
    private TimeSpan? Jittered(TimeSpan? pause) => pause * (0.9 + (0.2 * _options.Chance()));

    /// <inheritdoc/>
    public async Task Unpublish(string targetPath, CancellationToken cancellationToken)
    {
        _isLeaving = false;
        if (!_state.RecordExists)
        {
            _tmpfs.Unmount(targetPath); // never seen; still the caller must find nothing there afterwards
            await Forget();
            DeactivateOnIdle();
            return;
        }
        if (!Record.Targets.Contains(targetPath))
        {
            _tmpfs.Unmount(targetPath);
            return;
        }

        if (Record.Targets.Length > 1)
        {
            _tmpfs.Unmount(targetPath);
            await Save(Record with { Targets = Record.Targets.Remove(targetPath) });
            return;
        }

        await Save(Record with { State = VolumeState.Leaving });
        await FinishLeaving();
        DeactivateOnIdle();
    }

    /// <inheritdoc/>
    public Task Leave()
    {
        _isLeaving = true; // for publishes that wait behind the fetch: a retry of kubelet's would begin it anew
        _fetch?.Cancel();
        return Task.CompletedTask;
    }

    private async Task FinishLeaving()
    {
        _tmpfs.Unmount(Mountpoint);
        Log.Unpublished(_log, Spec.VolumeId, Spec.Pod);
        await ForgetAndTell();
    }

    /// <inheritdoc/>
    public async Task Resume()
    {
        switch (Record.State)
        {
            case var _ when !_state.RecordExists:
                await Forget(); // a crash between the last two steps of an unpublish left the reminder
                break;
            case VolumeState.Asked or VolumeState.Mounted:
                await Undo(); // nobody was told that this publish succeeded; kubelet asks again
                break;
            case VolumeState.Leaving:
                await FinishLeaving();
                break;
            case VolumeState.Serving or VolumeState.Stale:
                await ResumeServing();
                break;
        }
    }

    private async Task ResumeServing()
    {
        if (!IsStillThere())
        {
            await ForgetVanished();
            return;
        }
        _tmpfs.Tidy(Mountpoint);
        ArmTimer();
        Log.Resumed(_log, Spec.VolumeId, Spec.Pod, Record.State, Record.RefreshAt);
        _observers.Resumed(Status());
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => RefreshIfDue(CancellationToken.None);

    /// <inheritdoc/>
    public Task<VolumeStatus?> Inspect() => Task.FromResult(Record.Spec is null ? null : Status());

    private VolumeStatus Status() => new(
        Spec.VolumeId, Record.State, Spec.Pod, Spec.ClassName, Record.Provider, Record.Targets, Record.Generations, Record.Objects,
        Record.ServedAt, Record.ExpiresAt, Record.RefreshAt, Record.Reason);

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

    private bool IsDue()
        => (Record.RefreshAt is { } at && at <= _time.GetUtcNow())
            || (Record.State is VolumeState.Serving && ClassChanged()); // a stale volume has its own time for the next try

    private bool ClassChanged()
    {
        var current = _classes.Peek(Spec.Pod.Namespace, Spec.ClassName);
        if (current is null || ReferenceEquals(current, _class))
            return false;
        if (Fingerprint.Of(current) != Record.ClassFingerprint)
            return true;
        _class = current;
        _observers.ClassReplaced(Status(), current);
        return false;
    }

    /// <summary>Whether the request holds other tokens or secrets than the last one.</summary>
    private bool BringsNews(PublishRequest request)
        => (request.Tokens is null ? Record.NeedsToken : !request.Tokens.Equals(Record.Tokens))
            || !request.NodePublishSecrets.SequenceEqual(Record.NodePublishSecrets);

    /// <summary>Keeps what is newer. New tokens end the waiting of a volume that is stale or that shows the tokens themselves.</summary>
    private async Task Remember(PublishRequest request)
    {
        if (!BringsNews(request))
            return;
        if (request.Tokens is not null && Unreadable(request.Tokens) is { } fault)
        {
            await GrowStale(fault); // the tokens that we have may be good for a while yet
            return;
        }

        var old = Record;
        var secretsChanged = !request.NodePublishSecrets.SequenceEqual(old.NodePublishSecrets, IsSameOrForgotten);
        var dueNow = old.FollowsTokens || old.State is VolumeState.Stale || secretsChanged;
        _state.State = old with
        {
            Tokens = request.Tokens ?? old.Tokens,
            TokenSource = request.Tokens is null ? old.TokenSource : request.TokenSource,
            NodePublishSecrets = request.NodePublishSecrets,
            RefreshAt = dueNow ? _time.GetUtcNow() : old.RefreshAt,
        };
        await SaveIfPossible();
        if (request.Tokens is not null && !ReferenceEquals(old.Tokens, request.Tokens))
            old.Tokens?.Erase();
    }

    /// <summary>What a restart has made us forget is taken to be what it was: a restart asks no one.</summary>
    private static bool IsSameOrForgotten(NamedSecret brought, NamedSecret kept)
        => brought.Name == kept.Name && (kept.Value is null || brought.Value.Equals(kept.Value));

    private static VolumeException? Unreadable(Secret tokens)
    {
        try
        {
            PodTokensJson.Read(tokens);
            return null;
        }
        catch (VolumeException fault)
        {
            return fault;
        }
    }

    private void ArmTimer()
    {
        if (!HasContent || Record.RefreshAt is not { } at)
        {
            _timer?.Dispose();
            _timer = null;
            return;
        }
        // A tick that comes too early arms the timer again: timers reach no further than 49 days, some certificates do.
        var wait = at - _time.GetUtcNow();
        var due = wait > LongestWait ? LongestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(RefreshIfDue, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan));
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes back what a publish that failed, or a crash cut off, has done. What cannot be taken back now is left to the unpublish.</summary>
    private async Task Undo()
    {
        try
        {
            _tmpfs.Unmount(Mountpoint);
            await Forget();
        }
        catch (Exception failure)
        {
            Log.NotUndone(_log, Spec.VolumeId, failure);
        }
    }

    /// <summary>The mount is gone without an unpublish: the node was restarted, or somebody unmounted it. Only a publish can bring it back.</summary>
    private async Task ForgetVanished()
    {
        Log.Vanished(_log, Spec.VolumeId, Spec.Pod, Mountpoint);
        await ForgetAndTell();
    }

    private async Task ForgetAndTell()
    {
        var last = Status();
        await Forget();
        _observers.Unpublished(last);
    }

    private async Task Forget()
    {
        // The record first: a crash in between leaves a reminder without a record, which Resume takes away.
        if (_state.RecordExists)
            await _state.ClearStateAsync();
        _state.State = new VolumeRecord();
        ArmTimer();
        if (await this.GetReminder(ReminderName) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    /// <summary>Writes the record where the volume can do without: what is lost after a restart is only what kubelet's next publish brings anyway.</summary>
    private async Task SaveIfPossible()
    {
        try
        {
            await _state.WriteStateAsync();
        }
        catch (Exception failure)
        {
            Log.NotSaved(_log, Spec.VolumeId, failure);
        }
    }

    private Task Save(VolumeRecord record)
    {
        _state.State = record;
        return _state.WriteStateAsync();
    }
}
