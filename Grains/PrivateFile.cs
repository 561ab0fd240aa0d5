using System.Runtime.InteropServices;

namespace ActorCsi.Grains;

/// <summary>
/// A file that is made once and that nobody else may read. It appears whole under its name or not at all, and where two processes make one at the same time (an old
/// driver and its successor during a rollout) the first one's stays.
/// </summary>
internal static partial class PrivateFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int AlreadyThere = 17; // EEXIST

    /// <summary>Makes the file, and the directory that it is in, unless it is there.</summary>
    public static void Make(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Private | UnixFileMode.UserExecute);
        var draft = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            // File.Move looks first and renames then: in between, somebody else's file would be overwritten. link(2) refuses.
            if (Link(draft, path) != 0 && Marshal.GetLastPInvokeError() is not AlreadyThere)
                throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Puts a file that cannot be used out of the way.</summary>
    /// <returns>Where it is now.</returns>
    public static string SetAside(string path, DateTimeOffset now)
    {
        var aside = $"{path}.unusable-{now:yyyyMMddHHmmss}";
        File.Move(path, aside, overwrite: true);
        return aside;
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
