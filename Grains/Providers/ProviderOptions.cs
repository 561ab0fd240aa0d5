using System.Collections.Immutable;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Grains.Providers.Plugins;

namespace ActorCsi.Grains.Providers;

/// <summary>Which providers there are and how plugins are talked to.</summary>
public sealed record ProviderOptions
{
    /// <summary>Directories of plugin sockets (<c>NAME.sock</c>), in the order in which they are looked into.</summary>
    public IReadOnlyList<string> SocketDirectories { get; init; } = [];

    /// <summary>Whether a built-in provider wins over a plugin of the same name. Default: the plugin wins, so that moving over from the peer changes nothing.</summary>
    public bool PreferBuiltIn { get; init; }

    /// <summary>The largest answer of a plugin, in bytes. Default 4 MiB.</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 << 20;

    /// <summary>
    /// Which audiences' tokens a plugin is given, by plugin name. One that is not named gets all of them: the protocol names no audience, and
    /// existing plugins expect it.
    /// </summary>
    public IReadOnlyDictionary<string, ImmutableArray<string>> PluginAudiences { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Where providers keep what must outlive the process: the authority that the pki provider makes for itself.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The certificate of an authority that is given to the pki provider; null for one of its own.</summary>
    public string? PkiCertificate { get; init; }

    /// <summary>The key of that authority.</summary>
    public string? PkiKey { get; init; }

    /// <summary>The certificates that pods shall trust, where that is not the root of that authority: the old root and the next one, say.</summary>
    public string? PkiTrusted { get; init; }

    /// <summary>
    /// The ConfigMap that says which issuer the spiffe provider asks where a class names none, as <c>namespace/name</c>; null for none. Followed.
    /// </summary>
    public string? SpiffeIssuer { get; init; }

    /// <summary>A file of the certificates that pods of the spiffe provider shall trust, where a class says none; null leaves it to the issuer. Followed.</summary>
    public string? SpiffeTrusted { get; init; }

    /// <summary>As whom certificates are requested in the cluster's API. Default: as the pod.</summary>
    public CertificateRequester CertificatesRequestedBy { get; init; }

    /// <summary>Whether classes may act with an identity of the node. Default: they may, as with the existing plugins.</summary>
    public NodeIdentities NodeIdentities { get; init; }

    /// <summary>The driver's environment, for what providers take from there where a class says nothing: <c>VAULT_ADDR</c>. Default: empty.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;

    /// <summary>How built-in providers talk to their servers.</summary>
    public ProviderHttpOptions Http { get; init; } = new();

    /// <summary>Tells every fault at once.</summary>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        foreach (var directory in SocketDirectories)
            if (!Path.IsPathRooted(directory))
                faults.Add($"the plugin directory '{directory}' is no absolute path");
        foreach (var plugin in PluginAudiences.Keys)
            if (!PluginSockets.IsName(plugin))
                faults.Add($"audiences are set for the plugin '{plugin}', which is no plugin's name: expected 1 to 30 letters, digits, '-' and '_'");
        if (MaxReceiveMessageSize < 1)
            faults.Add($"the message limit is {MaxReceiveMessageSize} bytes, expected 1 or more");
        if (StateDirectory.Length == 0)
            faults.Add("the state directory is not set");
        if (PkiCertificate is null != PkiKey is null)
            faults.Add("an authority is given as two files, certificate and key, and only one is set");
        if (PkiTrusted is not null && PkiCertificate is null)
            faults.Add("certificates to trust are set, and no authority");
        if (SpiffeIssuer is { } map && map.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
            faults.Add($"the issuer of spiffe is in '{map}', which is no ConfigMap: expected namespace/name");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults));
    }
}
