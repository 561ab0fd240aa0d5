using ActorCsi.Grains.Classes;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>All observers of volumes, as one. None of them can fail a volume or another observer.</summary>
public sealed class VolumeObservers(IEnumerable<IVolumeObserver> observers, ILogger<VolumeObservers> log)
{
    private readonly IVolumeObserver[] _observers = [.. observers];

    internal void Served(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes)
        => Tell(volume.VolumeId, (volume, secretClass, changes), static (observer, told) => observer.Served(told.volume, told.secretClass, told.changes));

    internal void GrewStale(VolumeStatus volume, VolumeError error)
        => Tell(volume.VolumeId, (volume, error), static (observer, told) => observer.GrewStale(told.volume, told.error));

    internal void Refreshed(VolumeStatus volume, TimeSpan took)
        => Tell(volume.VolumeId, (volume, took), static (observer, told) => observer.Refreshed(told.volume, told.took));

    internal void PublishFailed(VolumeSpec volume, Exception failure)
        => Tell(volume.VolumeId, (volume, Told(failure)), static (observer, told) => observer.PublishFailed(told.volume, told.Item2.Error, told.Item2.Message));

    internal void ClassReplaced(VolumeStatus volume, SecretProviderClass secretClass)
        => Tell(volume.VolumeId, (volume, secretClass), static (observer, told) => observer.ClassReplaced(told.volume, told.secretClass));

    internal void Resumed(VolumeStatus volume)
        => Tell(volume.VolumeId, volume, static (observer, told) => observer.Resumed(told));

    internal void Unpublished(VolumeStatus volume)
        => Tell(volume.VolumeId, volume, static (observer, told) => observer.Unpublished(told));

    /// <summary>A failure that is no <see cref="VolumeException"/> is a bug; its text was not written for users.</summary>
    private static VolumeException Told(Exception failure)
        => failure as VolumeException ?? new VolumeException(VolumeError.Internal, $"the publish failed with {failure.GetType().Name}; the log says more");

    private void Tell<T>(string volume, T told, Action<IVolumeObserver, T> tell)
    {
        foreach (var observer in _observers)
        {
            try
            {
                tell(observer, told);
            }
            catch (Exception failure)
            {
                Log.ObserverFailed(log, volume, observer.GetType().Name, failure);
            }
        }
    }
}
