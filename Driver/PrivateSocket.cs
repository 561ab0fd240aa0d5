using System.Net.Sockets;

namespace ActorCsi.Driver;

/// <summary>
/// A unix socket that is private before anyone can connect: bound under a hidden name, closed to others (0600), and given its own name only when
/// somebody listens, over whatever a dead process left there. kubelet passes over names that begin with a dot.
/// </summary>
internal sealed class PrivateSocket : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly string _hidden;
    private DateTime? _made;

    private PrivateSocket(string path, string hidden, Socket listener) => (_path, _hidden, Listener) = (path, hidden, listener);

    /// <summary>The socket, bound and not yet listening.</summary>
    public Socket Listener { get; }

    /// <summary>Whether the file at the path is this socket: shown, not removed, not replaced. Costs one look at the file.</summary>
    public bool IsInPlace => MadeAt(_path) == _made;

    /// <summary>Binds a socket that nobody sees yet. Its directory is made if it is missing, for the owner only.</summary>
    public static PrivateSocket Bind(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        var hidden = Path.Combine(directory, "." + Path.GetFileName(path));
        File.Delete(hidden);

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(hidden));
            File.SetUnixFileMode(hidden, OwnerOnly); // nobody can connect yet: it does not listen
            return new PrivateSocket(path, hidden, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Gives the socket its own name, in one step.</summary>
    public void Show()
    {
        File.Move(_hidden, _path, overwrite: true);
        _made = MadeAt(_path);
    }

    /// <summary>Removes the file, if it is still ours.</summary>
    public void Unlink()
    {
        if (IsInPlace)
            File.Delete(_path);
    }

    /// <summary>Closes the socket; calls that are being served go on. The runtime deletes the name that it was bound under, which is not the one shown.</summary>
    public void Dispose() => Listener.Dispose();

    /// <summary>Tells a file from its successor at the same path; null when there is none.</summary>
    private static DateTime? MadeAt(string path) => File.Exists(path) ? File.GetCreationTimeUtc(path) : null;
}
