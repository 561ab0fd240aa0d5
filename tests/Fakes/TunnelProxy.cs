using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorCsi.Fakes;

/// <summary>An HTTP proxy that knows CONNECT only (RFC 9110, 9.3.6).</summary>
public sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string? _login;
    private readonly IPEndPoint? _end;
    private readonly Task _serving;

    /// <param name="login">The user and password that it wants, with a colon between; null for none.</param>
    /// <param name="end">Where its tunnels lead; null for where they are to lead.</param>
    public TunnelProxy(string? login = null, IPEndPoint? end = null)
    {
        _login = login is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login));
        _end = end;
        _listener.Start();
        _serving = Serve();
    }

    /// <summary>Where it listens: <c>127.0.0.1:port</c>.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Where tunnels were asked to.</summary>
    public List<string> Tunnels { get; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task Serve()
    {
        try
        {
            while (true)
                _ = Tunnel(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Tunnel(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            while (await ReadHead(stream) is [var request, .. var headers])
            {
                if (_login is not null && !headers.Contains("Proxy-Authorization: " + _login))
                {
                    await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    continue;
                }
                var target = request.Split(' ')[1];
                Tunnels.Add(target);
                using var server = new TcpClient();
                await server.ConnectAsync(_end ?? IPEndPoint.Parse(target));
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
                await Task.WhenAny(stream.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(stream));
                return;
            }
        }
    }

    private static async Task<string[]> ReadHead(NetworkStream stream)
    {
        var head = new StringBuilder();
        var octet = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(octet) == 0)
                return [];
            head.Append((char)octet[0]);
        }
        return head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
