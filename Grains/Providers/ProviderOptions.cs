using System.Collections.Immutable;

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

    /// <summary>Where the pki provider keeps the authority that it makes for itself.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The certificate of an authority that is given to the pki provider; null for one of its own.</summary>
    public string? PkiCertificate { get; init; }

    /// <summary>The key of that authority.</summary>
    public string? PkiKey { get; init; }
}
