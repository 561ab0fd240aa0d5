using System.Net.Sockets;

namespace ActorCsi.Driver;

/// <summary>
/// A listening unix socket that is private before anyone can connect: bound under a hidden name, closed to others (0600), and only then moved to
/// its own name, over whatever a dead process left there. kubelet passes over names that begin with a dot.
/// </summary>
internal sealed class PrivateSocket
{
    private readonly string _path;
    private readonly (DateTime, DateTime) _mark;

    private PrivateSocket(string path, Socket listener)
    {
        _path = path;
        _mark = Mark(path);
        Listener = listener;
    }

    /// <summary>The socket, bound and not yet listening.</summary>
    public Socket Listener { get; }

    /// <summary>Whether the file at the path is still this socket: not removed, not replaced.</summary>
    public bool IsInPlace => File.Exists(_path) && Mark(_path) == _mark;

    public static PrivateSocket Bind(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var hidden = Path.Combine(directory, $".{Path.GetFileName(path)}.{Environment.ProcessId:x}");
        File.Delete(hidden);

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(hidden));
            File.SetUnixFileMode(hidden, UnixFileMode.UserRead | UnixFileMode.UserWrite); // nobody can connect yet: it does not listen
            File.Move(hidden, path, overwrite: true);
            return new PrivateSocket(path, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Removes the file, if it is still ours.</summary>
    public void Unlink()
    {
        if (IsInPlace)
            File.Delete(_path);
    }

    /// <summary>Tells one file at a path from its successor: the time it was made and last touched.</summary>
    private static (DateTime, DateTime) Mark(string path) => (File.GetCreationTimeUtc(path), File.GetLastWriteTimeUtc(path));
}
