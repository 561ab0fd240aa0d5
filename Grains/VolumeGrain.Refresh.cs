using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains;

// Refresh: when it is due, how it is done, and what a failure means.
public sealed partial class VolumeGrain
{
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

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => RefreshIfDue(CancellationToken.None);

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
        _asked = _time.GetTimestamp();
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
            var session = GrainFactory.GetGrain<ISessionGrain>(SessionKey.Of(provider, demand, secretClass, Spec.Pod));
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
        Note(isNew);
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

    private async Task GrowStale(VolumeException failure)
    {
        Note(changed: false, failure);
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
}
