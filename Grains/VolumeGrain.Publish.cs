using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains;

// Publish, where something is to be done: the first one, and later ones that bring news or find the content due.
public sealed partial class VolumeGrain
{
    private async Task PublishChanged(PublishRequest request, CancellationToken cancellationToken)
    {
        if (Record.State is VolumeState.Leaving)
            await FinishLeaving();
        if (HasContent && !IsStillThere())
            await ForgetVanished();

        if (HasContent)
        {
            PublishCompatibility.Require(request.Spec, Spec, Record.Targets);
            await Republish(request, cancellationToken);
        }
        else
        {
            await FirstPublish(request, cancellationToken);
        }
    }

    private async Task FirstPublish(PublishRequest request, CancellationToken cancellationToken)
    {
        if (_isLeaving)
            throw BeingUnpublished();
        DelayDeactivation(TimeSpan.MaxValue); // a published volume waits for its refresh, however long that is
        var target = request.Spec.TargetPath;
        var record = new VolumeRecord
        {
            State = VolumeState.Asked,
            Spec = request.Spec,
            Targets = [target],
            Tokens = request.Tokens,
            TokenSource = request.TokenSource,
            NodePublishSecrets = KeptSecret.Of(request.NodePublishSecrets),
        };
        // A mount that we have no record of is another driver's, for a pod that ran before this one took the node over: never unmounted here,
        // and with content in place it is as good as a publish of our own.
        var isForeign = !_state.RecordExists && _tmpfs.Probe(target) is TargetState.Mounted;
        if (isForeign && _tmpfs.Generation(target) is { } shown)
        {
            await Adopt(record, shown, cancellationToken);
            return;
        }

        try
        {
            await Remind();
            await Save(record);
            Mount(target);
            await Fill(cancellationToken);
        }
        catch (Exception failure)
        {
            _observers.PublishFailed(request.Spec, failure);
            await Undo(request.Spec, unmount: !isForeign);
            throw;
        }
    }

    /// <summary>Content in place is never denied, so nothing here can fail: what cannot be written down is found again after a restart.</summary>
    private async Task Adopt(VolumeRecord record, string generation, CancellationToken cancellationToken)
    {
        Log.Adopted(_log, record.Spec!.VolumeId, record.Spec.Pod, record.Targets[0]);
        _state.State = record with
        {
            State = VolumeState.Stale,
            Generation = generation,
            RefreshAt = _time.GetUtcNow(),
            StaleSince = _time.GetUtcNow(),
            Reason = "taken over from another driver; not refreshed yet",
        };
        await IfPossible(async () =>
        {
            await Remind();
            await _state.WriteStateAsync();
        });
        await TryRefresh(cancellationToken);
    }

    private async Task Remind() => await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);

    private void Mount(string target)
    {
        // What stands there without a record of content is what a crashed first publish left: nobody was told of it, so it can be used.
        if (_tmpfs.Probe(target) is not TargetState.Mounted)
            _tmpfs.Mount(target, _options.Limits);
        _state.State = Record with { State = VolumeState.Mounted };
    }

    /// <summary>Takes back what a publish that failed, or a crash cut off, has done. What cannot be taken back now is left to the unpublish.</summary>
    private async Task Undo(VolumeSpec spec, bool unmount)
    {
        try
        {
            if (unmount && _tmpfs.Probe(spec.TargetPath) is TargetState.Mounted) // anything else is not ours
                _tmpfs.Unmount(spec.TargetPath);
            await Forget();
        }
        catch (Exception failure)
        {
            Log.NotUndone(_log, spec.VolumeId, failure);
        }
    }

    /// <summary>
    /// A publish of what is there already. Content in place is never put at risk and never denied: a final error here makes kubelets
    /// delete the mount directory under a running pod (kubernetes/kubernetes#121271).
    /// </summary>
    private async Task Republish(PublishRequest request, CancellationToken cancellationToken)
    {
        await Remember(request);
        await FollowCapabilities(request.Spec);
        if (request.Spec.TargetPath != Mountpoint)
            await BindTo(request.Spec.TargetPath);
        if (IsDue() && !await MustWait())
            await TryRefresh(cancellationToken);
        if (request.Tokens is null && Record.NeedsToken)
            throw new VolumeException(VolumeError.TokenMissing,
                "the class needs a service-account token and this publish brought none; the files stay as they are. Check spec.tokenRequests of the CSIDriver object.");
    }

    /// <summary>Whether the request holds other tokens or secrets than the last one.</summary>
    private bool BringsNews(PublishRequest request)
        => (request.Tokens is null ? Record.NeedsToken : !request.Tokens.Equals(Record.Tokens))
            || !KeptSecret.AreSame(Record.NodePublishSecrets, request.NodePublishSecrets);

    /// <summary>Keeps what is newer. New tokens end the waiting of a volume that is stale, that needs them to refresh, or that shows the tokens themselves.</summary>
    private async Task Remember(PublishRequest request)
    {
        var old = Record;
        var tokensChanged = request.Tokens is not null && !request.Tokens.Equals(old.Tokens);
        if (!tokensChanged && KeptSecret.AreSame(old.NodePublishSecrets, request.NodePublishSecrets))
            return;
        if (tokensChanged && Unreadable(request.Tokens!) is { } fault)
        {
            await Doubt(fault);
            return;
        }

        var secretsChanged = !KeptSecret.MayBeSame(old.NodePublishSecrets, request.NodePublishSecrets);
        var dueNow = secretsChanged || old.State is VolumeState.Stale || (tokensChanged && (old.FollowsTokens || old.RefreshCause is RefreshCause.Token));
        await SaveIfPossible(old with
        {
            Tokens = request.Tokens ?? old.Tokens,
            TokenSource = request.Tokens is null ? old.TokenSource : request.TokenSource,
            NodePublishSecrets = KeptSecret.Of(request.NodePublishSecrets),
            Sources = secretsChanged ? [] : old.Sources, // with other credentials all of them are asked
            RefreshAt = dueNow ? _time.GetUtcNow() : old.RefreshAt,
            RefreshCause = dueNow ? RefreshCause.Change : old.RefreshCause,
        });
        if (tokensChanged)
            old.Tokens?.Erase();
    }

    /// <summary>
    /// The tokens that kubelet brings cannot be read. Those that we have may be good for a while yet, so the next refresh comes when it would have come, with
    /// them; a volume that had none to come has one, lest it stay stale for ever.
    /// </summary>
    private async Task Doubt(VolumeException fault)
    {
        if (Record.State is VolumeState.Stale && Record.Reason == fault.Message)
            return;
        Log.Stale(_log, Spec.VolumeId, Spec.Pod, fault.Error, fault.Message);
        await SaveIfPossible(Record with
        {
            State = VolumeState.Stale,
            Reason = fault.Message,
            StaleSince = Record.StaleSince ?? _time.GetUtcNow(),
            RefreshAt = Record.RefreshAt ?? (_time.GetUtcNow() + _options.LongestRetry),
            RefreshCause = Record.RefreshAt is null ? RefreshCause.Retry : Record.RefreshCause,
        });
        ArmTimer();
        _observers.GrewStale(Status(), fault.Error);
    }

    private static VolumeException? Unreadable(Secret tokens)
    {
        try
        {
            foreach (var token in PodTokensJson.Read(tokens).All)
                token.Token.Erase();
            return null;
        }
        catch (VolumeException fault)
        {
            return fault;
        }
    }

    /// <summary>A driver that declares VOLUME_MOUNT_GROUP where the last one did not is given the group from now on, for running pods too.</summary>
    private async Task FollowCapabilities(VolumeSpec asked)
    {
        if (asked.FsGroup == Spec.FsGroup && asked.AccessMode == Spec.AccessMode)
            return;
        var groupChanged = asked.FsGroup != Spec.FsGroup;
        await SaveIfPossible(Record with
        {
            Spec = Spec with { FsGroup = asked.FsGroup, AccessMode = asked.AccessMode },
            RefreshAt = groupChanged ? _time.GetUtcNow() : Record.RefreshAt,
            RefreshCause = groupChanged ? RefreshCause.Change : Record.RefreshCause,
        });
    }

    /// <summary>Shows the volume at another target too; also again, when somebody took it away there.</summary>
    private async Task BindTo(string target)
    {
        if (_tmpfs.Probe(target) is not TargetState.Mounted || !Record.Targets.Contains(target))
            _tmpfs.Bind(Mountpoint, target);
        if (Record.Targets.Contains(target))
            return;
        try
        {
            await Save(Record with { Targets = Record.Targets.Add(target) });
        }
        catch
        {
            _tmpfs.Unmount(target);
            throw;
        }
    }
}
