using System.Text;

namespace ActorCsi.Driver;

/// <summary>
/// The address of the CSI socket as the peer reads it: <c>unix://</c> in any case, then a path. A path without a leading slash gets one, so
/// <c>unix://tmp/csi.sock</c> and <c>unix:///tmp/csi.sock</c> are the same. A bare absolute path will do too.
/// </summary>
public static class CsiEndpoint
{
    private const string Scheme = "unix://";

    // sockaddr_un holds 108 bytes with the closing zero, and the name under which a socket is bound first has a dot more than its own. A driver's name
    // of 63 characters in kubelet's usual plugins_registry just fits.
    private const int LongestPath = 106;

    /// <summary>What is wrong with <paramref name="endpoint"/>; null when nothing is.</summary>
    public static string? Fault(string endpoint)
    {
        if (endpoint.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase))
            return $"endpoint '{endpoint}': CSI over TCP has neither authentication nor encryption and is not served, expected unix:///path/csi.sock";
        if (!endpoint.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && !endpoint.StartsWith('/'))
            return $"endpoint '{endpoint}': expected unix:///path/csi.sock";
        return PathFault(Path(endpoint)) is { } fault ? $"endpoint '{endpoint}': {fault}" : null;
    }

    /// <summary>What keeps a socket from being at <paramref name="path"/>; null when nothing does.</summary>
    public static string? PathFault(string path)
    {
        if (!path.StartsWith('/') || path.EndsWith('/'))
            return "expected an absolute path that ends in the socket's name";
        var length = Encoding.UTF8.GetByteCount(path);
        return length > LongestPath ? $"a socket's path may have {LongestPath} bytes, {path} has {length}" : null;
    }

    /// <summary>The path in a sound endpoint.</summary>
    public static string Path(string endpoint)
    {
        var path = endpoint.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? endpoint[Scheme.Length..] : endpoint;
        return path.StartsWith('/') ? path : "/" + path;
    }
}
