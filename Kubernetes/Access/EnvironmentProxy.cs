using System.Net;

namespace ActorCsi.Kubernetes.Access;

/// <summary>
/// What HTTPS_PROXY, HTTP_PROXY and NO_PROXY say of a server, as kubectl reads them. The framework's own reading takes names only, and a cluster is more often left out
/// by its network (<c>10.0.0.0/8</c>). An instance is the proxy of an HTTP client for many servers; for these ALL_PROXY counts too, as in the framework.
/// </summary>
/// <param name="variable">Looks up an environment variable.</param>
public sealed class EnvironmentProxy(Func<string, string?> variable) : IWebProxy, ICredentials
{
    /// <summary>The user and password that stand in the proxy's own address.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <summary>The proxy on the way to <paramref name="server"/>; null when there is none, or when it is not for that server.</summary>
    /// <param name="server">Where one wants to go.</param>
    /// <param name="variable">Looks up an environment variable.</param>
    public static Uri? For(Uri server, Func<string, string?> variable) => For(server, variable, Either(server.Scheme + "_proxy", variable));

    /// <summary>The user and password in the address of a proxy; null when it has none.</summary>
    public static NetworkCredential? LoginOf(Uri proxy) => proxy.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password]
        ? new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(string.Concat(password))) : null;

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => For(destination, variable, Either(destination.Scheme + "_proxy", variable) ?? Either("all_proxy", variable));

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType) => LoginOf(uri);

    /// <summary>Whether NO_PROXY names <paramref name="server"/>.</summary>
    public static bool IsLeftOut(Uri server, Func<string, string?> variable) => Entries(variable).Any(entry => Covers(entry, server));

    /// <summary>A variable in capitals, or else in small letters; null when neither says anything.</summary>
    public static string? Either(string name, Func<string, string?> variable)
        => variable(name.ToUpperInvariant()) is { Length: > 0 } upper ? upper : variable(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower : null;

    private static Uri? For(Uri server, Func<string, string?> variable, string? proxy)
    {
        if (proxy is null || server.IsLoopback || IsLeftOut(server, variable))
            return null;
        return Uri.TryCreate(proxy.Contains("://", StringComparison.Ordinal) ? proxy : "http://" + proxy, UriKind.Absolute, out var address) ? address : null;
    }

    private static string[] Entries(Func<string, string?> variable)
        => (Either("no_proxy", variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary><c>*</c>; a network; <c>example.org</c> and all in it, <c>.example.org</c> or <c>*.example.org</c> for what is in it only; an address. The latter three with a port or without.</summary>
    private static bool Covers(string entry, Uri server)
    {
        if (entry == "*")
            return true;
        var host = server.IdnHost;
        if (IPNetwork.TryParse(entry, out var network))
            return IPAddress.TryParse(host, out var address) && network.Contains(address);
        if (IPAddress.TryParse(entry, out var one))
            return IPAddress.TryParse(host, out var address) && address.Equals(one);
        if (entry.LastIndexOf(':') is > 0 and var colon && ushort.TryParse(entry.AsSpan(colon + 1), out var port))
            return port == server.Port && Covers(entry[..colon].Trim('[', ']'), server);
        return entry.TrimStart('*') is ['.', ..] and var domain ? host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            : host.Equals(entry, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase);
    }
}
