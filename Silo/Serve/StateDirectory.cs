namespace ActorCsi.Silo.Serve;

/// <summary>The directory in which volumes are remembered: private, and used by one process at a time.</summary>
internal sealed class StateDirectory : IDisposable
{
    private readonly FileStream _lock;

    private StateDirectory(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <summary>Whether the directory lies in memory, so that what is written there never reaches a disk.</summary>
    public bool IsInMemory => new DriveInfo(Path).DriveFormat is "tmpfs" or "ramfs";

    /// <summary>Makes the directory (0700) and takes it for this process.</summary>
    /// <exception cref="IOException">Another process has it.</exception>
    public static StateDirectory Open(string path)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            // FileShare.None is flock(2): it ends with the process, however that ends.
            return new StateDirectory(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new IOException($"--state-dir {path} is in use: two drivers would undo each other's work. Stop the other one, or give this one a directory of its own.", e);
        }
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();
}
