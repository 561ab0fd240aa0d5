using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains;

/// <summary>
/// Who wants to know what became of volumes: status objects, synced Secrets, events, metrics. Told after the fact, inside the volume's turn and
/// after its record is written.
/// </summary>
/// <remarks>
/// <para>
/// A volume waits for nobody: a method takes note and returns. What takes time, an API server or a lock is done elsewhere. An exception is logged and
/// otherwise without effect. A republish with nothing due tells nobody anything.
/// </para>
/// <para>
/// Nothing secret is told. Who needs the files reads them where they are mounted (<see cref="Tmpfs.ITmpfs.Read"/>), when it needs them, and erases its copy.
/// </para>
/// <para>Calls about one volume come in order and never overlap; calls about several may overlap.</para>
/// </remarks>
public interface IVolumeObserver
{
    /// <summary>A first publish or a refresh has worked. <paramref name="changes"/> says what is other than before; None for a refresh that found all as it was.</summary>
    void Served(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes)
    {
    }

    /// <summary>A refresh has failed; the content is what it was. <see cref="VolumeStatus.Reason"/> says why, in words for the user.</summary>
    void GrewStale(VolumeStatus volume, VolumeError error)
    {
    }

    /// <summary>A refresh has ended and took so long; what came of it is told next.</summary>
    void Refreshed(VolumeStatus volume, TimeSpan took)
    {
    }

    /// <summary>A first publish has failed, and what it did is about to be undone. kubelet was told the same and tells the pod.</summary>
    void PublishFailed(VolumeSpec volume, VolumeError error, string message)
    {
    }

    /// <summary>
    /// The class of a volume in service is another object than the last time one looked, but asks the provider for the same: so nothing was fetched, but
    /// <see cref="SecretProviderClass.SecretObjects"/> may differ. Told at the first look after a restart, too.
    /// </summary>
    void ClassReplaced(VolumeStatus volume, SecretProviderClass secretClass)
    {
    }

    /// <summary>After a restart of the driver: the volume is in service, as it was before.</summary>
    void Resumed(VolumeStatus volume)
    {
    }

    /// <summary>The volume is no more: it was unpublished, or its mount was found to be gone. The status is its last.</summary>
    void Unpublished(VolumeStatus volume)
    {
    }
}

/// <summary>What a publish or a refresh that worked has changed.</summary>
[Flags]
public enum VolumeChanges
{
    /// <summary>Nothing: the provider gave what was there already.</summary>
    None = 0,

    /// <summary>Readers see a new generation of files, or may see one: what a plugin writes itself cannot be compared.</summary>
    Content = 1,

    /// <summary>The versions of the objects are others.</summary>
    Objects = 2,

    /// <summary>The class is another object than at the last look.</summary>
    Class = 4,

    /// <summary>It is the volume's first bundle.</summary>
    First = 8,

    /// <summary>The volume was stale until now.</summary>
    Recovered = 16,
}
