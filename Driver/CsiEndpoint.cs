namespace ActorCsi.Driver;

/// <summary>
/// The address of the CSI socket as the peer reads it: <c>unix://</c> in any case, then a path. A path without a leading slash gets one, so
/// <c>unix://tmp/csi.sock</c> and <c>unix:///tmp/csi.sock</c> are the same. A bare absolute path will do too.
/// </summary>
internal static class CsiEndpoint
{
    private const string Scheme = "unix://";

    // sockaddr_un holds 108 bytes with the closing zero; the name under which a socket is bound first is a little longer than its own.
    private const int LongestPath = 90;

    /// <summary>What is wrong with <paramref name="endpoint"/>; null when nothing is.</summary>
    public static string? Fault(string endpoint)
    {
        if (endpoint.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase))
            return $"endpoint '{endpoint}': CSI over TCP has neither authentication nor encryption and is not served, expected unix:///path/csi.sock";
        if (!endpoint.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && !endpoint.StartsWith('/'))
            return $"endpoint '{endpoint}': expected unix:///path/csi.sock";
        var path = Path(endpoint);
        if (path.EndsWith('/'))
            return $"endpoint '{endpoint}': expected a path behind unix://";
        if (path.Length > LongestPath)
            return $"endpoint '{endpoint}': a socket's path may have {LongestPath} characters, this one has {path.Length}";
        return null;
    }

    /// <summary>The path in a sound endpoint.</summary>
    public static string Path(string endpoint)
    {
        var path = endpoint.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? endpoint[Scheme.Length..] : endpoint;
        return path.StartsWith('/') ? path : "/" + path;
    }
}
