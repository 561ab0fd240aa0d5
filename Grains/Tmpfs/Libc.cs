using System.Runtime.InteropServices;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// The system calls that <see cref="ITmpfs"/> stands on, as Linux has them and nothing more. Meaning and errors are added by
/// <see cref="DirectoryHandle"/> and <see cref="Mountpoint"/>. No program is ever started, neither mount(8) nor systemd-run.
/// </summary>
/// <remarks>
/// Numbers are those of 64-bit Linux; where machines differ it says so. All descriptors are opened close-on-exec.
/// </remarks>
internal static partial class Libc
{
    public const int AtSymlinkNoFollow = 0x100;
    public const int AtRemoveDir = 0x200;
    public const int AtNoAutomount = 0x800;
    public const int AtEmptyPath = 0x1000;

    public const int OpenRead = CloseOnExec;
    public const int OpenNew = 0x1 | 0x40 | 0x80 | CloseOnExec; // O_WRONLY | O_CREAT | O_EXCL
    public const int OpenPath = 0x200000 | CloseOnExec;
    public const int NonBlock = 0x800;
    private const int CloseOnExec = 0x80000;

    // O_DIRECTORY and O_NOFOLLOW are the two flags that ARM and POWER number in their own way (arch/*/include/uapi/asm/fcntl.h).
    private static readonly bool IsArmOrPower =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Ppc64le;
    public static readonly int Directory = IsArmOrPower ? 0x4000 : 0x10000;
    public static readonly int NoFollow = IsArmOrPower ? 0x8000 : 0x20000;

    public const uint RenameExchange = 2;

    public const nuint MountNoSuid = 2;
    public const nuint MountNoDev = 4;
    public const nuint MountNoExec = 8;
    public const nuint MountBind = 4096;
    public const int UnmountDetach = 2;
    public const int UnmountNoFollow = 8;

    public const long TmpfsMagic = 0x01021994;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(SafeHandle directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int FChOwn(int descriptor, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FChModAt(SafeHandle directory, string name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MkDirAt(SafeHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SymlinkAt(string text, SafeHandle directory, string name);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadLinkAt(SafeHandle directory, string name, Span<byte> text, nint size);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    public static partial nint ReadLink(ReadOnlySpan<byte> path, Span<byte> text, nint size);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(SafeHandle from, string name, SafeHandle to, string newName);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(SafeHandle from, string name, SafeHandle to, string newName, uint flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(int directory, string name, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int FStatFs(SafeHandle descriptor, out FileSystemStatus status);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string? type, nuint flags, string? options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint OpenDirectoryStream(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    public static partial nint ReadDirectoryStream(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    public static partial int CloseDirectoryStream(nint stream);

    /// <summary>Where d_name begins in struct dirent of 64-bit Linux, both in glibc and in musl.</summary>
    public const int NameInDirectoryEntry = 19;

    /// <summary>struct statx: unlike struct stat it looks the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        public const uint BasicMask = 0x7ff;
        private const ulong MountRootAttribute = 0x2000;

        [FieldOffset(8)] private readonly ulong _attributes;
        [FieldOffset(20)] public readonly uint User;
        [FieldOffset(24)] public readonly uint Group;
        [FieldOffset(28)] private readonly ushort _mode;
        [FieldOffset(40)] public readonly ulong Size;
        [FieldOffset(56)] private readonly ulong _knownAttributes;
        [FieldOffset(136)] private readonly uint _deviceMajor;
        [FieldOffset(140)] private readonly uint _deviceMinor;

        public readonly uint Permissions => _mode & 0xFFFu;

        public readonly bool IsFile => (_mode & 0xF000) == 0x8000;

        public readonly bool IsDirectory => (_mode & 0xF000) == 0x4000;

        public readonly ulong Device => ((ulong)_deviceMajor << 32) | _deviceMinor;

        /// <summary>Whether a file system is mounted right here; null where the kernel cannot tell (before 5.8).</summary>
        public readonly bool? IsMountRoot => (_knownAttributes & MountRootAttribute) == 0 ? null : (_attributes & MountRootAttribute) != 0;
    }

    /// <summary>struct statfs of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    public struct FileSystemStatus
    {
        [FieldOffset(0)] public readonly long Magic;
        [FieldOffset(8)] public readonly long BlockSize;
        [FieldOffset(16)] public readonly long Blocks;
        [FieldOffset(24)] public readonly long FreeBlocks;
        [FieldOffset(40)] public readonly long Inodes;
        [FieldOffset(48)] public readonly long FreeInodes;
    }
}
