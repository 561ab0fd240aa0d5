using System.Net.Sockets;

namespace ActorCsi.Fakes;

/// <summary>A socket with something behind it that speaks no HTTP/2 at all.</summary>
public sealed class RawPlugin : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _accepted = [];

    private RawPlugin(string directory, string name)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory, name + ".sock")));
        _listener.Listen();
    }

    /// <summary>One that never takes a connection up: the kernel does, and nobody reads.</summary>
    public static RawPlugin Silent(string directory, string name) => new(directory, name);

    /// <summary>One that takes connections and says nothing.</summary>
    public static RawPlugin Mute(string directory, string name) => new RawPlugin(directory, name).Accepting(socket => { });

    /// <summary>One that says this and no more.</summary>
    public static RawPlugin Saying(string directory, string name, byte[] bytes) => new RawPlugin(directory, name).Accepting(socket => socket.Send(bytes));

    /// <summary>One that shuts every connection at once.</summary>
    public static RawPlugin Slamming(string directory, string name) => new RawPlugin(directory, name).Accepting(socket => socket.Dispose());

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_accepted)
            _accepted.ForEach(socket => socket.Dispose());
    }

    private RawPlugin Accepting(Action<Socket> then)
    {
        _ = Accept(then);
        return this;
    }

    private async Task Accept(Action<Socket> then)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                lock (_accepted)
                    _accepted.Add(socket);
                then(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) // the test is over
        {
        }
    }
}
