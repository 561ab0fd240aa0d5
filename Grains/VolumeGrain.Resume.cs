namespace ActorCsi.Grains;

// Resume: what a restart finds, and what becomes of it.
public sealed partial class VolumeGrain
{
    /// <inheritdoc/>
    public async Task Resume()
    {
        switch (Record.State)
        {
            case var _ when Record.Spec is null:
                await Forget(); // a crash between the last two steps of an unpublish left the reminder
                break;
            case VolumeState.Asked or VolumeState.Mounted:
                await Undo(Spec, unmount: true); // nobody was told that this publish succeeded; kubelet asks again
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
        FollowProvider(); // what it gives may have changed while there was no driver
    }
}
