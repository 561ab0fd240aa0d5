using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorCsi.Telemetry.Http;

/// <summary>
/// Where to listen, as Go programs write it: <c>:8095</c> on all addresses, <c>127.0.0.1:8095</c>, <c>[::1]:8095</c> or <c>localhost:8095</c>. Port 0 takes any
/// that is free.
/// </summary>
internal sealed class HttpAddress
{
    private readonly IPAddress? _host; // null for all
    private readonly int _port;

    private HttpAddress(IPAddress? host, int port) => (_host, _port) = (host, port);

    /// <exception cref="FormatException">The text is no address; says what was expected.</exception>
    public static HttpAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
            throw new FormatException($"'{text}' is no address to listen at, expected :PORT or ADDRESS:PORT");
        return text[..colon] switch
        {
            "" => new HttpAddress(null, port),
            "localhost" => new HttpAddress(IPAddress.Loopback, port),
            ['[', .. var address, ']'] when IPAddress.TryParse(address, out var host) => new HttpAddress(host, port),
            var address when !address.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(address, out var host) => new HttpAddress(host, port),
            _ => throw new FormatException($"'{text}' names no IP address before its port, expected :PORT, 127.0.0.1:PORT or [::1]:PORT"),
        };
    }

    public void On(KestrelServerOptions kestrel, Action<ListenOptions> listen)
    {
        if (_host is null)
            kestrel.ListenAnyIP(_port, listen); // IPv6 and IPv4, or IPv4 alone where a node has no IPv6
        else
            kestrel.Listen(_host, _port, listen);
    }

    public override string ToString() => _host is null ? $":{_port}" : new IPEndPoint(_host, _port).ToString();
}
