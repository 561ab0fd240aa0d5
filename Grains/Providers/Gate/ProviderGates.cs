using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers.Gate;

/// <summary>The gates of all endpoints: what goes wrong behind one never holds up another.</summary>
internal sealed class ProviderGates : IDisposable
{
    private readonly ConcurrentDictionary<(string Provider, string Endpoint), ProviderGate> _gates = [];
    private readonly Func<(string Provider, string Endpoint), ProviderGate> _new;

    public ProviderGates(IOptions<ProviderLimits> limits, TimeProvider time, ProviderMetrics metrics)
    {
        _new = key => new ProviderGate(key.Provider, limits.Value, time, metrics);
        metrics.Watch(() => _gates.Values);
    }

    /// <summary>The gate of an endpoint of a provider (<see cref="ISecretProvider.Endpoint"/>).</summary>
    public ProviderGate For(string provider, string endpoint) => _gates.GetOrAdd((provider, endpoint), _new);

    /// <summary>The gate of a provider that is one endpoint.</summary>
    public ProviderGate For(string provider) => For(provider, provider);

    public void Dispose()
    {
        foreach (var gate in _gates.Values)
            gate.Dispose();
    }
}
