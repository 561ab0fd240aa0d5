using System.Collections.Immutable;
using System.Text;
using ActorCsi.Grains.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>Volumes on Linux: one tmpfs each, by system calls. <see cref="Mountpoint"/> mounts, <see cref="TmpfsWriter"/> writes.</summary>
public sealed class LinuxTmpfs : ITmpfs
{
    /// <summary>What stands in the first column of mount(8)'s output.</summary>
    public const string Source = "actorcsi";

    // Everybody may enter the root, fsGroup or not, as with the peer, but nobody but root may write to it (there: 1777). Taking the others' right away where
    // there is an fsGroup would keep nobody out, for every process of the pod has that group, but those that dropped it on
    // purpose (gosu, su-exec). Other pods and users of the node are stopped by kubelet's own 0750 directories above.
    private const string RootMode = "mode=0755";

    private const nuint Flags = Libc.MountNoSuid | Libc.MountNoDev | Libc.MountNoExec;

    private readonly TmpfsWriter _writer;
    private readonly ILogger _log;
    private volatile bool _swapCannotBeRefused;

    /// <summary>Volumes whose generations are named after <paramref name="time"/> and <paramref name="chance"/> (default: the process's own random numbers).</summary>
    /// <exception cref="PlatformNotSupportedException">Not 64-bit Linux.</exception>
    public LinuxTmpfs(TimeProvider time, Random? chance = null, ILogger<LinuxTmpfs>? log = null)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            throw new PlatformNotSupportedException("volumes need 64-bit Linux: they are tmpfs mounts");
        _writer = new TmpfsWriter(time, chance ?? Random.Shared);
        _log = log ?? NullLogger<LinuxTmpfs>.Instance;
    }

    /// <inheritdoc/>
    public TargetState Probe(string target)
    {
        if (!Mountpoint.TryFind(target, out var place))
            return TargetState.Absent;
        using (place)
            return place.Look();
    }

    /// <inheritdoc/>
    public string? Generation(string target)
    {
        Span<byte> buffer = stackalloc byte[LongestName];
        return ReadDataLink(target, buffer) is > 0 and var length ? Encoding.UTF8.GetString(buffer[..length]) : null;
    }

    /// <inheritdoc/>
    public bool Serves(string target, string generation)
    {
        Span<byte> buffer = stackalloc byte[LongestName];
        return ReadDataLink(target, buffer) is > 0 and var length && Ascii.Equals(buffer[..length], generation);
    }

    private const int LongestName = 256;

    /// <summary>One system call, nothing on the heap: it stands in the way of every republish.</summary>
    private static int ReadDataLink(string target, Span<byte> name)
    {
        var space = Encoding.UTF8.GetMaxByteCount(target.Length) + DataLinkSuffix.Length;
        var path = space <= 1024 ? stackalloc byte[space] : new byte[space];
        var length = Encoding.UTF8.GetBytes(target, path);
        DataLinkSuffix.CopyTo(path[length..]);
        return (int)Libc.ReadLink(path, name, name.Length);
    }

    private static ReadOnlySpan<byte> DataLinkSuffix => "/..data\0"u8;

    /// <inheritdoc/>
    public void Mount(string target, TmpfsLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.SizeBytes); // to the kernel 0 means no limit
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.Inodes);
        using var place = Mountpoint.Find(target);
        switch (place.Look())
        {
            case TargetState.Absent or TargetState.NotMounted:
                place.MountOnto(directory => Mount(directory, target, Room.OptionsOf(limits)));
                break;
            case TargetState.Foreign:
                throw place.Refuse(TargetState.Foreign);
        }
    }

    private void Mount(DirectoryHandle directory, string target, string limits)
    {
        if (!_swapCannotBeRefused && TryMount(directory, $"{RootMode},{limits},noswap"))
            return;
        if (!_swapCannotBeRefused && Errno.Last != Errno.EInval)
            throw MountFailure(target);
        if (!TryMount(directory, $"{RootMode},{limits}"))
            throw MountFailure(target);
        if (!_swapCannotBeRefused)
            Log.SwapNotRefused(_log);
        _swapCannotBeRefused = true; // before 6.4, and in a user namespace on any kernel: not asked for again
    }

    private static bool TryMount(DirectoryHandle directory, string options) => Libc.Mount(Source, directory.ProcPath, "tmpfs", Flags, options) == 0;

    private static VolumeException MountFailure(string target) => Errno.Last is Errno.EPerm or Errno.EAccess
        ? new VolumeException(VolumeError.Internal, $"mount tmpfs on {target}: not permitted; the driver must run as root with CAP_SYS_ADMIN (a privileged container)")
        : Errno.Failure($"mount tmpfs on {target}");

    /// <inheritdoc/>
    public void Bind(string target, string second)
    {
        using var from = Mountpoint.Find(target);
        using var volume = from.OpenMounted();
        using var to = Mountpoint.Find(second);
        switch (to.Look(out var there))
        {
            case TargetState.Absent or TargetState.NotMounted:
                to.MountOnto(directory =>
                {
                    if (Libc.Mount(volume.ProcPath, directory.ProcPath, null, Libc.MountBind, null) != 0)
                        throw Errno.Failure($"bind {target} to {second}");
                });
                break;
            case var state:
                using (there)
                {
                    if (there?.Status().Device != volume.Status().Device)
                        throw to.Refuse(state);
                }
                break;
        }
    }

    /// <inheritdoc/>
    public Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup)
    {
        if (fsGroup == uint.MaxValue) // to chown(2) it means "leave the group as it is"
            throw new VolumeException(VolumeError.Invalid, $"fsGroup {fsGroup} is no group: expected 0 to {uint.MaxValue - 1}");
        var tree = FileTree.Of(files);
        using var place = Mountpoint.Find(target);
        using var root = place.OpenMounted();
        return _writer.Replace(root, tree, fsGroup);
    }

    /// <inheritdoc/>
    public ImmutableArray<Secret?> Read(string target, ImmutableArray<string> paths, int limit)
    {
        using var place = Mountpoint.Find(target);
        using var root = place.OpenMounted();
        return TmpfsReader.Read(root, paths, limit);
    }

    /// <inheritdoc/>
    public void Tidy(string target)
    {
        using var place = Mountpoint.Find(target);
        using var root = place.OpenMounted();
        TmpfsWriter.Tidy(root);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The files are not overwritten first. The kernel gives no page of theirs to another process before it is zeroed, and to overwrite them would
    /// take them from readers that this call must not touch: the volume's other target, a container that is still stopping.
    /// </remarks>
    public void Unmount(string target)
    {
        if (!Mountpoint.TryFind(target, out var place))
            return;
        using (place)
        {
            TargetState state;
            while ((state = place.Look()) is TargetState.Mounted) // several may be stacked: each publish of a driver that does not look first adds one
                place.Unmount();
            switch (state)
            {
                case TargetState.NotMounted:
                    place.Remove();
                    break;
                case TargetState.Foreign:
                    throw place.Refuse(state);
            }
        }
    }

    /// <inheritdoc/>
    public TmpfsUsage Usage(string target)
    {
        using var place = Mountpoint.Find(target);
        using var root = place.OpenMounted();
        return Room.Usage(root);
    }
}
