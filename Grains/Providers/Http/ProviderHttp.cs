using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>The way out for built-in providers: one client, and so one pool of connections, for each endpoint.</summary>
/// <param name="options">How to talk.</param>
/// <param name="chance">A number from 0 up to 1, for the jitter of retries.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Where attempts are counted.</param>
/// <param name="log">Where warnings go.</param>
internal sealed class ProviderHttp(ProviderHttpOptions options, Func<double> chance, TimeProvider time, ProviderMetrics metrics, ILogger<ProviderHttp> log) : IDisposable
{
    /// <summary>Classes choose their addresses, so there is a bound. A client that was forgotten ends its calls, and its idle connections close by themselves.</summary>
    private const int MostEndpoints = 256;

    private readonly ConcurrentDictionary<HttpEndpoint, EndpointClient> _clients = new();

    /// <summary>The client of <paramref name="endpoint"/>.</summary>
    public EndpointClient To(HttpEndpoint endpoint)
    {
        if (_clients.TryGetValue(endpoint, out var client))
            return client;
        if (_clients.Count >= MostEndpoints)
            _clients.Clear();
        return _clients.GetOrAdd(endpoint, Connect);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private EndpointClient Connect(HttpEndpoint endpoint)
    {
        if (endpoint.SkipsVerification)
            Log.VerificationSkipped(log, endpoint.Origin);
        return new EndpointClient(endpoint, options, chance, time, metrics);
    }
}
