using System.Collections.Concurrent;
using ActorCsi.Grains.Providers.Plugins;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers;

/// <summary>Plugins by their sockets, and what is built in.</summary>
internal sealed class ProviderCatalog : IProviderCatalog
{
    private readonly ProviderOptions _options;
    private readonly Dictionary<string, ISecretProvider> _builtIn;
    private readonly ConcurrentDictionary<string, PluginProvider> _plugins = new(StringComparer.Ordinal);
    private readonly PluginSockets _sockets;
    private readonly TimeProvider _time;
    private readonly ILogger<ProviderCatalog> _log;

    public ProviderCatalog(ProviderOptions options, IEnumerable<ISecretProvider> builtIn, TimeProvider time, ILogger<ProviderCatalog> log)
    {
        _options = options;
        _builtIn = builtIn.ToDictionary(provider => provider.Name, StringComparer.Ordinal);
        _sockets = new PluginSockets(options.SocketDirectories);
        _time = time;
        _log = log;
    }

    /// <inheritdoc/>
    public ISecretProvider Find(string name)
    {
        if (!PluginSockets.IsName(name))
            throw NoName(name);
        var builtIn = _builtIn.GetValueOrDefault(name);
        if (builtIn is not null && _options.PreferBuiltIn)
            return builtIn;
        if (_sockets.Find(name) is not null)
            return _plugins.GetOrAdd(name, Plugin);
        return builtIn ?? throw NotFound(name);
    }

    /// <inheritdoc/>
    public async Task Release(string volume)
    {
        foreach (var provider in _builtIn.Values)
            await provider.Release(volume);
    }

    /// <inheritdoc/>
    public async Task Resume()
    {
        foreach (var provider in _builtIn.Values)
            await provider.Resume();
    }

    private PluginProvider Plugin(string name)
    {
        var demand = _options.PluginAudiences.TryGetValue(name, out var audiences) ? TokenDemand.Among(audiences) : TokenDemand.Whatever;
        return new PluginProvider(name, _sockets, demand, _options.MaxReceiveMessageSize, _time, _log);
    }

    private static VolumeException NoName(string name) => new(VolumeError.Invalid, name.Length == 0
        ? "provider not set: spec.provider of the SecretProviderClass is empty"
        : $"invalid provider: provider \"{Words.Clip(name)}\", expected 1 to 30 letters, digits, '-' and '_'");

    /// <summary>UNAVAILABLE, not NOT_FOUND: a plugin that starts after the driver is the usual case, and kubelet asks again.</summary>
    private VolumeException NotFound(string name) => new(VolumeError.ProviderUnavailable,
        $"provider not found: provider \"{name}\" has no socket at {_sockets.Places(name)}, and built in are {string.Join(", ", _builtIn.Keys.Order(StringComparer.Ordinal))}");
}
