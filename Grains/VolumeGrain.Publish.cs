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
            StaleSince = adopted ? _time.GetUtcNow() : null,
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
        if (IsDue() && !await MustWait())
            await TryRefresh(cancellationToken);
        if (request.Tokens is null && Record.NeedsToken)
            throw new VolumeException(VolumeError.TokenMissing,
                "the class needs a service-account token and this publish brought none; the files stay as they are. Check spec.tokenRequests of the CSIDriver object.");
    }

    /// <summary>Whether the request holds other tokens or secrets than the last one.</summary>
    private bool BringsNews(PublishRequest request)
        => (request.Tokens is null ? Record.NeedsToken : !request.Tokens.Equals(Record.Tokens))
            || !request.NodePublishSecrets.SequenceEqual(Record.NodePublishSecrets);

    /// <summary>Keeps what is newer. New tokens end the waiting of a volume that is stale, that needs them to refresh, or that shows the tokens themselves.</summary>
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
        var dueNow = old.FollowsTokens || old.State is VolumeState.Stale || old.RefreshCause is RefreshCause.Token || secretsChanged;
        _state.State = old with
        {
            Tokens = request.Tokens ?? old.Tokens,
            TokenSource = request.Tokens is null ? old.TokenSource : request.TokenSource,
            NodePublishSecrets = request.NodePublishSecrets,
            RefreshAt = dueNow ? _time.GetUtcNow() : old.RefreshAt,
            RefreshCause = dueNow ? RefreshCause.Change : old.RefreshCause,
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
            RefreshCause = groupChanged ? RefreshCause.Change : Record.RefreshCause,
        };
        await SaveIfPossible();
    }

    private async Task BindTo(string target)
    {
        _tmpfs.Bind(Mountpoint, target);
        await Save(Record with { Targets = Record.Targets.Add(target) });
    }
}
