using System.Runtime.InteropServices;

namespace ActorCsi.GrainEngine;

/// <summary>Makes a rename or a removal survive the end of the machine: the directory itself is flushed. .NET has no call for it.</summary>
internal static partial class Durable
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC; O_DIRECTORY has another number on each architecture

    public static void Directory(string path, bool unless)
    {
        if (unless)
            return;
        var descriptor = Open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw Failure("open", path);
        var isFlushed = Flush(descriptor) == 0;
        var failure = isFlushed ? null : Failure("flush", path);
        _ = Close(descriptor);
        if (failure is not null)
            throw failure;
    }

    private static IOException Failure(string verb, string path) =>
        new($"Could not {verb} the directory {path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
