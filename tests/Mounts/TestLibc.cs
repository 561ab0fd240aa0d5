using System.Runtime.InteropServices;

namespace ActorCsi.Tests.Mounts;

/// <summary>What tests do to the kernel behind the driver's back.</summary>
internal static partial class TestLibc
{
    private const nuint BindRecursive = 4096 | 16384;
    private const nuint ReadOnlyRemount = 32 | 1;
    private const int DetachFlag = 2;

    public static void Tmpfs(string target, string options = "") => Check(Mount("someone", target, "tmpfs", 0, options));

    public static void BindAll(string source, string target) => Check(Mount(source, target, null, BindRecursive, null));

    public static void MakeReadOnly(string target) => Check(Mount("none", target, null, ReadOnlyRemount, null));

    public static void Unmount(string target) => Check(Unmount2(target, 0));

    public static void Detach(string target) => Check(Unmount2(target, DetachFlag));

    public static void MakePipe(string path) => Check(MkFifo(path, 0x1A4));

    /// <summary>Takes all effective and permitted capabilities from this thread, as capset(2) does.</summary>
    public static void DropCapabilities()
    {
        uint[] header = [0x20080522, 0]; // _LINUX_CAPABILITY_VERSION_3, this thread
        var none = new uint[6];
        Check(CapSet(header, none));
    }

    /// <summary>Sets the umask of this process.</summary>
    public static void SetUMask(uint mask) => _ = UMask(mask);

    /// <summary>This thread's id, as strace knows it.</summary>
    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint UMask(uint mask);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, nuint flags, string? options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount2(string target, int flags);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int CapSet(uint[] header, uint[] data);

    private static void Check(int result)
    {
        if (result != 0)
            throw new InvalidOperationException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }
}
