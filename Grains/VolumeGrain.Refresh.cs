using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Sources;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Templates;
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
        if (await TryRefresh(cancellationToken, onDemand: true) is { } failure)
            throw failure;
    }

    private async Task RefreshIfDue(CancellationToken cancellationToken)
    {
        if (_isLeaving)
            return; // the unpublish is next
        if (HasContent && IsDue() && !await MustWait())
            await TryRefresh(cancellationToken);
        ArmTimer();
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status)
        => Record.Spec is null ? Forget() : RefreshIfDue(CancellationToken.None); // forgotten: what a failed publish could not take back

    private bool IsDue()
        => (Record.RefreshAt is { } at && at <= _time.GetUtcNow())
            || ClassCallsForRefresh();

    /// <summary>Renews the content. When that fails, what is readable stays as it is, and the volume is stale and says why.</summary>
    private async Task<VolumeException?> TryRefresh(CancellationToken cancellationToken, bool onDemand = false)
    {
        if (!IsStillThere())
        {
            await ForgetVanished();
            return new VolumeException(VolumeError.NotFound, $"nothing is mounted any more where volume {this.GetPrimaryKeyString()} was published");
        }
        try
        {
            await Fill(cancellationToken, onDemand);
            return null;
        }
        catch (VolumeException failure) when (cancellationToken.IsCancellationRequested || _isLeaving)
        {
            ArmTimer(); // says nothing of the provider or of the content: what is due stays due
            return failure;
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
    private async Task Fill(CancellationToken cancellationToken, bool onDemand = false)
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
            _tried = secretClass;
            var parameters = RefreshParameters.Of(secretClass);
            TemplateFiles.Check(secretClass);
            var provider = _providers.Find(secretClass.Provider);
            var demand = provider.Demand(secretClass);
            if (HasForgotten(demand))
                throw new VolumeException(VolumeError.TokenMissing, "the pod's tokens and secrets are not kept in a state directory on disk; kubelet brings them with its next publish");
            var sent = Record.Tokens is { } json ? PodTokensJson.Read(json) : PodTokens.None;

            // 3 the fetch: as the pod, through the session that its identity shares
            var request = new FetchRequest(Spec, secretClass, TokenCheck.Choose(sent, demand, Spec.Pod, _time.GetUtcNow()),
                Record.TokenSource, KeptSecret.Known(Record.NodePublishSecrets), HoldsWhatIsAsked(secretClass) ? Record.Objects : [])
            {
                Urgency = HasContent ? new FetchUrgency(false, Record.ExpiresAt) : FetchUrgency.First,
                NewerThan = onDemand ? _time.GetUtcNow() : Record.FetchedAt,
                IsOnDemand = onDemand,
                IsRenewal = HasContent && !onDemand && Record.RefreshCause is RefreshCause.Expiry,
                Sources = onDemand ? [.. Record.Sources.Select(source => source.DueAt(_time.GetUtcNow()))] : Record.Sources,
            };
            var session = SessionKey.Of(provider, demand, secretClass, Spec.Pod);
            var bundle = await GrainFactory.GetGrain<ISessionGrain>(session).Fetch(request, giveUp.Token);

            // 4 the swap
            var shown = ShowAndErase(bundle, secretClass, checks: parameters.ChecksContent && !onDemand);

            // 5 the memory
            await Serve(secretClass, demand, bundle, shown, Plan(bundle, parameters, JitterSeed.Of(session, provider, request)));
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

    /// <summary>Whether tokens that the provider wants, or secrets, were left out of the record and a restart came between.</summary>
    private bool HasForgotten(TokenDemand demand)
        => (demand != TokenDemand.None && Record.Tokens is null && Record.TokenSource is not TokenSource.None) || Record.NodePublishSecrets.Any(secret => secret.Value is null);

    private static VolumeException BeingUnpublished() => new(VolumeError.GivenUp, "the volume is being unpublished");

    private async Task Serve(SecretProviderClass secretClass, TokenDemand demand, SecretBundle bundle, ShownContent shown, PlannedRefresh next)
    {
        var now = _time.GetUtcNow();
        Note(shown.IsNew);
        var changes = Changes(secretClass, bundle, shown.IsNew);
        var isStale = bundle.StaleBecause is not null;
        _class = secretClass;
        var before = Record;
        var served = before with
        {
            State = isStale ? VolumeState.Stale : VolumeState.Serving,
            NeedsToken = demand.IsRequired,
            FollowsTokens = bundle.FollowsTokens,
            Provider = secretClass.Provider,
            ClassFingerprint = Fingerprint.Of(secretClass),
            Generation = shown.Generation,
            Generations = before.Generations + (shown.IsNew ? 1 : 0),
            Objects = bundle.Objects,
            Sources = bundle.Sources,
            Shape = shown.Shape,
            MarkerKey = shown.MarkerKey,
            ServedAt = shown.IsNew ? now : before.ServedAt ?? now,
            FetchedAt = bundle.FetchedAt,
            ExpiresAt = bundle.ExpiresAt,
            RefreshAt = next.At,
            RefreshCause = next.Cause,
            Failures = isStale ? 1 : 0,
            Reason = isStale ? StartedFromCopy(bundle) : null,
            StaleSince = isStale ? bundle.FetchedAt : null,
        };
        await (HasContent ? SaveIfPossible(served) : Save(served)); // the first OK must outlive a crash; later the old record is good enough
        ArmTimer();
        if (shown is { IsNew: true, Generation: not null } && before.Generation is not null)
            TidyLater();
        if (shown.IsNew)
            Log.Served(_log, Spec.VolumeId, Spec.Pod, secretClass.Provider, Record.Generations, Record.ExpiresAt);
        _observers.Served(Status(), secretClass, changes);
        if (isStale)
        {
            Log.Stale(_log, Spec.VolumeId, Spec.Pod, VolumeError.ProviderUnavailable, Record.Reason!);
            _observers.GrewStale(Status(), VolumeError.ProviderUnavailable);
        }
    }

    private static string StartedFromCopy(SecretBundle bundle) => $"the pod started from what another one of its identity fetched at {bundle.FetchedAt:u}, because {bundle.StaleBecause}";

    /// <summary>When the provider is asked next after it has given <paramref name="bundle"/>.</summary>
    private PlannedRefresh Plan(SecretBundle bundle, RefreshParameters parameters, JitterSeed seed)
    {
        if (bundle.StaleBecause is not null)
            return new PlannedRefresh(_time.GetUtcNow() + Jittered(_options.LongestUnavailableRetry), RefreshCause.Retry);
        return bundle.Sources.IsEmpty
            ? RefreshSchedule.After(bundle, bundle.FetchedAt ?? _time.GetUtcNow(), parameters.Policy(_options), seed)
            : SourceState.FirstDue(bundle.Sources);
    }

    private VolumeChanges Changes(SecretProviderClass secretClass, SecretBundle bundle, bool isNew)
        => (isNew ? VolumeChanges.Content : 0)
            | (Record.Generations == 0 ? VolumeChanges.First : 0)
            | (Record.State is VolumeState.Stale ? VolumeChanges.Recovered : 0)
            | (Record.Objects.SequenceEqual(bundle.Objects) ? 0 : VolumeChanges.Objects)
            | (ReferenceEquals(secretClass, _class) ? 0 : VolumeChanges.Class);

    private async Task GrowStale(VolumeException failure)
    {
        var now = _time.GetUtcNow();
        Note(changed: false, failure);
        Log.Stale(_log, Spec.VolumeId, Spec.Pod, failure.Error, failure.Message);
        await SaveIfPossible(Record with
        {
            State = VolumeState.Stale,
            Failures = Record.Failures + 1,
            Reason = failure.Message,
            StaleSince = Record.StaleSince ?? now,
            RefreshAt = now + RetryAfter(failure),
            RefreshCause = RefreshCause.Retry,
        });
        ArmTimer();
        _observers.GrewStale(Status(), failure.Error);
    }

    /// <summary>
    /// A provider that says no is asked more and more rarely. One that is not to be had is spared by its gate, so its volumes may ask the gate more often, and are
    /// well again soon after it is; when the gate or the provider said when, then, and not all at once.
    /// </summary>
    private TimeSpan RetryAfter(VolumeException failure)
    {
        var isAway = failure.Error is VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles or VolumeError.ProviderPending;
        var pause = Jittered(Backoff(Record.Failures, isAway ? _options.LongestUnavailableRetry : _options.LongestRetry));
        return failure.RetryAfter is { } told ? told + (Backoff(Record.Failures, _options.LongestUnavailableRetry) * _options.Chance()) : pause;
    }

    private TimeSpan Backoff(int failures, TimeSpan longest)
        => failures < 30 && _options.FirstRetry * (1 << failures) is var pause && pause < longest ? pause : longest;

    /// <summary>Up to a tenth sooner or later, so that volumes that failed together do not try again together.</summary>
    private TimeSpan Jittered(TimeSpan pause) => pause * (0.9 + (0.2 * _options.Chance()));

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
