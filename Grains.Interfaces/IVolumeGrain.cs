using Orleans.Concurrency;

namespace ActorCsi;

/// <summary>
/// One mounted volume of one pod. The key is the CSI volume id.
/// </summary>
/// <remarks>
/// <para>The turn is the lock: publish, republish, refresh and unpublish of one volume never run at the same time.</para>
/// <para>Every method fails with a <see cref="VolumeException"/> and with nothing else that a caller should understand.</para>
/// </remarks>
[Alias("ActorCsi.IVolumeGrain")]
public interface IVolumeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the volume readable at its target, or confirms that it is. Completes only when all files of one bundle are there.
    /// </summary>
    /// <remarks>
    /// kubelet repeats the call every 60–90 s (RequiresRepublish). With content in place the call succeeds even when nothing
    /// fresher can be had: the volume is then <see cref="VolumeState.Stale"/> and says why.
    /// </remarks>
    [Alias("Publish")]
    [ResponseTimeout("00:05:00")] // kubelet gives up after 2 min and cancels; a shorter time-out here would cut it off in the middle
    Task Publish(PublishRequest request, CancellationToken cancellationToken);

    /// <summary>Takes the volume away from <paramref name="targetPath"/>. Succeeds for a volume that was never seen.</summary>
    [Alias("Unpublish")]
    [ResponseTimeout("00:05:00")]
    Task Unpublish(string targetPath, CancellationToken cancellationToken);

    /// <summary>
    /// Announces that an unpublish is on its way: a fetch in flight for this volume is given up, so that the unpublish
    /// behind it need not wait for a slow provider.
    /// </summary>
    [Alias("Leave"), AlwaysInterleave]
    Task Leave();

    /// <summary>Asks the provider now, whether or not a refresh is due.</summary>
    /// <exception cref="VolumeException">The content could not be renewed; the old content stays.</exception>
    [Alias("Refresh")]
    [ResponseTimeout("00:05:00")]
    Task Refresh(CancellationToken cancellationToken);

    /// <summary>
    /// Tells that the volume's class, or what its provider gives, may have changed. If the volume would be given something else now, a refresh follows soon, at a time of
    /// the volume's own.
    /// </summary>
    [Alias("Follow")]
    Task Follow();

    /// <summary>After a restart: looks at what is mounted, mends what a crash left half done and re-arms the next refresh. Asks no provider.</summary>
    [Alias("Resume")]
    Task Resume();

    /// <summary>What the volume holds and how it is doing; null for a volume that is not published. Never waits for a fetch in flight.</summary>
    [Alias("Inspect"), AlwaysInterleave]
    Task<VolumeStatus?> Inspect();

    /// <summary>As <see cref="Inspect"/>, with all that an operator who looks at one volume may want to know.</summary>
    [Alias("InspectInFull"), AlwaysInterleave]
    Task<VolumeReport?> InspectInFull();

    /// <summary>How full the volume's file system at <paramref name="volumePath"/> is; null when the volume is not published there.</summary>
    [Alias("Usage"), AlwaysInterleave]
    Task<VolumeUsage?> Usage(string volumePath);
}
