namespace ActorCsi.Grains;

// Unpublish, and whatever else ends a volume.
public sealed partial class VolumeGrain
{
    /// <inheritdoc/>
    public Task Leave()
    {
        _isLeaving = true; // for publishes that wait behind the fetch: a retry of kubelet's would begin it anew
        _fetch?.Cancel();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Unpublish(string targetPath, CancellationToken cancellationToken)
    {
        _isLeaving = false;
        if (Record.Spec is null)
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
            var others = Record.Targets.Remove(targetPath);
            await Save(Record with { Targets = others, Spec = Spec with { TargetPath = others[0] } });
            ArmTimer(); // a refresh that was given up for this unpublish
            return;
        }

        await SaveIfPossible(Record with { State = VolumeState.Leaving }); // a full disk must not keep a pod in Terminating: after a restart kubelet would ask again
        await FinishLeaving();
        DeactivateOnIdle();
    }

    private async Task FinishLeaving()
    {
        _tmpfs.Unmount(Mountpoint);
        Log.Unpublished(_log, Spec.VolumeId, Spec.Pod);
        await ForgetAndTell();
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
        DelayDeactivation(TimeSpan.Zero); // collected like any idle grain
        if (await this.GetReminder(ReminderName) is { } reminder)
            await this.UnregisterReminder(reminder);
        await Release();
    }

    /// <summary>Providers may give back what they took out for this volume; what goes wrong there is theirs to mend.</summary>
    private async Task Release()
    {
        try
        {
            await _providers.Release(this.GetPrimaryKeyString());
        }
        catch (Exception failure)
        {
            Log.NotReleased(_log, this.GetPrimaryKeyString(), failure);
        }
    }
}
