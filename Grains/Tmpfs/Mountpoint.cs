using System.Diagnostics.CodeAnalysis;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// The place of a mount: a name in a directory. The directory is kubelet's and trusted, and may be reached through links; the name itself must
/// be a directory and is never followed.
/// </summary>
internal sealed class Mountpoint : IDisposable
{
    private readonly DirectoryHandle _parent;
    private readonly string _name;

    private Mountpoint(string path, DirectoryHandle parent, string name) => (Path, _parent, _name) = (path, parent, name);

    /// <summary>The path as it was asked for.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => _parent.Dispose();

    /// <summary>Finds <paramref name="path"/>. False when its parent does not exist.</summary>
    /// <exception cref="VolumeException">The path can be nobody's mount point (<see cref="VolumeError.Invalid"/>).</exception>
    public static bool TryFind(string path, [NotNullWhen(true)] out Mountpoint? place)
    {
        var slash = path.LastIndexOf('/');
        if (path is not ['/', ..] || path[(slash + 1)..] is not { Length: > 0 } name || name is "." or ".." || path.Contains('\0'))
            throw Invalid(path, "expected an absolute path that ends in the name of a directory");
        place = null;
        if (DirectoryHandle.TryOpenPath(slash == 0 ? "/" : path[..slash], out var parent))
            place = new Mountpoint(path, parent, name);
        else if (Errno.Last is not (Errno.ENoEnt or Errno.ENotDir))
            throw Errno.Failure($"open {path[..slash]}");
        return place is not null;
    }

    /// <summary>Finds <paramref name="path"/>, whose parent must exist.</summary>
    public static Mountpoint Find(string path)
        => TryFind(path, out var place) ? place : throw Invalid(path, "the directory above it does not exist; kubelet makes it before it asks for the mount");

    /// <summary>What stands here now. The directory is given when it is a tmpfs.</summary>
    public TargetState Look(out DirectoryHandle? mounted)
    {
        mounted = null;
        if (!_parent.TryOpenPathOf(_name, out var directory))
            return Errno.Last == Errno.ENoEnt ? TargetState.Absent : TargetState.Foreign; // a file, a link, a dead network file system
        var state = Look(directory);
        if (state is TargetState.Mounted)
            mounted = directory;
        else
            directory.Dispose();
        return state;
    }

    /// <inheritdoc cref="Look(out DirectoryHandle?)"/>
    public TargetState Look()
    {
        var state = Look(out var mounted);
        mounted?.Dispose();
        return state;
    }

    private static TargetState Look(DirectoryHandle directory)
    {
        try
        {
            var status = directory.Status();
            if (!(status.IsMountRoot ?? status.Device != directory.StatusAbove().Device))
                return TargetState.NotMounted;
            return directory.FileSystem().Magic == Libc.TmpfsMagic ? TargetState.Mounted : TargetState.Foreign;
        }
        catch (VolumeException failure) when (failure.Error is VolumeError.Internal)
        {
            return TargetState.Foreign;
        }
    }

    /// <summary>The root of the tmpfs that is mounted here, to read and change what is in it.</summary>
    public DirectoryHandle OpenMounted()
    {
        var state = Look(out var mounted);
        using (mounted)
            return mounted?.Open(".") ?? throw new VolumeException(VolumeError.Internal, $"{Path}: expected a mounted tmpfs, found {Describe(state)}");
    }

    /// <summary>Makes <paramref name="mount"/> happen on the directory here, which is made first if there is none. A directory that was made for nothing goes again.</summary>
    public void MountOnto(Action<DirectoryHandle> mount)
    {
        var made = _parent.TryMakeDirectory(_name, DirectoryMode);
        try
        {
            if (made)
                _parent.SetMode(_name, DirectoryMode);
            if (!_parent.TryOpenPathOf(_name, out var directory))
                throw Errno.Failure($"open {Path}");
            using (directory)
                mount(directory);
        }
        catch when (made)
        {
            _parent.TryRemove(_name);
            throw;
        }
    }

    /// <summary>0750, as kubelet makes the directories above. Pods see the root of what is mounted, not this.</summary>
    private const uint DirectoryMode = 0x1E8;

    /// <summary>Takes the topmost mount away.</summary>
    public void Unmount()
    {
        if (Libc.Unmount(Path, Libc.UnmountNoFollow) == 0)
            return;
        // A shell or an agent of the node stands in it. Detached, it is gone from here at once and for good when they leave. That is second best:
        // until then its memory is taken and its secrets can be read, and nobody learns of it; but a pod must not hang in Terminating for a `cd`.
        if (Errno.Last != Errno.EBusy || Libc.Unmount(Path, Libc.UnmountNoFollow | Libc.UnmountDetach) != 0)
            throw Errno.Failure($"unmount {Path}");
    }

    /// <summary>Removes the directory, which must be empty: files on the disk under a mount are not this driver's to delete.</summary>
    public void Remove()
    {
        if (!_parent.TryRemove(_name))
            throw Errno.Last == Errno.ENotEmpty
                ? Invalid(Path, "nothing is mounted there, but the directory is not empty, and its files are not this driver's; remove them by hand")
                : Errno.Failure($"rmdir {Path}");
    }

    /// <summary>A refusal: <paramref name="state"/> is not what the caller can work with.</summary>
    public VolumeException Refuse(TargetState state)
        => Invalid(Path, $"there is {Describe(state)} that this volume did not put there; remove it or unmount it by hand");

    private static string Describe(TargetState state) => state switch
    {
        TargetState.Absent => "nothing",
        TargetState.NotMounted => "a directory with nothing mounted",
        TargetState.Mounted => "a tmpfs",
        _ => "a file, a link or another file system",
    };

    private static VolumeException Invalid(string path, string rule) => new(VolumeError.Invalid, $"target path {FilePath.Quote(path)}: {rule}");
}
