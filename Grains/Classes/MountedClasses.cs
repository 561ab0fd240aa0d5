namespace ActorCsi.Grains.Classes;

/// <summary>
/// Which classes the volumes of this node have, and which volumes a class has. That is all that a node needs to know of the cluster's classes, so it is what its memory
/// grows with.
/// </summary>
public sealed class MountedClasses : IVolumeObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ClassName, HashSet<string>> _volumes = []; // under _gate

    /// <summary>A class has its first volume here. Raised in the volume's turn: take note and return.</summary>
    public event Action<ClassName>? Mounted;

    /// <summary>Whether any volume of this node has the class.</summary>
    public bool Contains(ClassName name)
    {
        lock (_gate)
            return _volumes.ContainsKey(name);
    }

    /// <summary>The volumes of a class, in no order.</summary>
    public IReadOnlyList<string> VolumesOf(ClassName name)
    {
        lock (_gate)
            return _volumes.TryGetValue(name, out var volumes) ? [.. volumes] : [];
    }

    /// <inheritdoc/>
    void IVolumeObserver.Served(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes) => Add(volume);

    /// <inheritdoc/>
    void IVolumeObserver.GrewStale(VolumeStatus volume, VolumeError error) => Add(volume); // taken over from another driver, it may never have been served here

    /// <inheritdoc/>
    void IVolumeObserver.Resumed(VolumeStatus volume) => Add(volume);

    /// <inheritdoc/>
    void IVolumeObserver.Unpublished(VolumeStatus volume)
    {
        lock (_gate)
            if (_volumes.TryGetValue(NameOf(volume), out var volumes) && volumes.Remove(volume.VolumeId) && volumes.Count == 0)
                _volumes.Remove(NameOf(volume));
    }

    private void Add(VolumeStatus volume)
    {
        if (volume.ClassName.Length == 0)
            return; // it says itself what it wants
        var isNew = false;
        lock (_gate)
        {
            if (!_volumes.TryGetValue(NameOf(volume), out var volumes))
            {
                _volumes.Add(NameOf(volume), volumes = new HashSet<string>(StringComparer.Ordinal));
                isNew = true;
            }
            volumes.Add(volume.VolumeId);
        }
        if (isNew)
            Mounted?.Invoke(NameOf(volume));
    }

    private static ClassName NameOf(VolumeStatus volume) => new(volume.Pod.Namespace, volume.ClassName);
}
