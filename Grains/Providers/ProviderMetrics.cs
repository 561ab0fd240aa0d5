using System.Diagnostics.Metrics;
using System.Globalization;
using ActorCsi.Grains.Providers.Gate;
using Polly.CircuitBreaker;

namespace ActorCsi.Grains.Providers;

/// <summary>
/// What is measured of the dealings with providers. docs/OBSERVABILITY.md has the table. Labels are the provider's name, of which a node has as many
/// as it has plugins, and words from closed sets.
/// </summary>
internal sealed class ProviderMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _fetches;
    private readonly Histogram<double> _requests;
    private readonly Counter<long> _shared;
    private readonly Counter<long> _rejected;

    public ProviderMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Signals.Name);
        _fetches = _meter.CreateHistogram("actorcsi.provider.fetch.duration", "s", "How long providers took to answer a fetch, and what came of it.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        _requests = _meter.CreateHistogram("actorcsi.provider.request.duration", "s", "How long stores took to answer one request of a built-in provider, each attempt by itself.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.5, 2.5, 10] });
        _shared = _meter.CreateCounter<long>("actorcsi.provider.fetches.shared", "{fetch}", "Fetches that joined an identical one in flight and were not made.");
        _rejected = _meter.CreateCounter<long>("actorcsi.provider.fetches.rejected", "{fetch}", "Fetches that were not made to spare the provider: its breaker was open, it had asked for a pause, or its queue was full.");
    }

    /// <summary>A provider has answered, or failed to; <paramref name="failure"/> is null when it gave a bundle.</summary>
    public void Fetched(string provider, TimeSpan took, Exception? failure)
        => _fetches.Record(took.TotalSeconds, new(Signals.Provider, provider), new(Signals.Outcome, Signals.OutcomeOf(failure)));

    /// <summary>An attempt at a request has ended; <paramref name="status"/> is null when there was no answer, or half of one.</summary>
    public void Answered(string request, int? status, TimeSpan took)
        => _requests.Record(took.TotalSeconds, new("request", request), new("code", status?.ToString(CultureInfo.InvariantCulture) ?? "<error>"));

    /// <summary>A fetch has joined one in flight.</summary>
    public void Shared(string provider) => _shared.Add(1, new KeyValuePair<string, object?>(Signals.Provider, provider));

    /// <summary>A fetch was not made: <paramref name="why"/> is <c>breaker</c>, <c>pause</c> or <c>queue</c>.</summary>
    public void Rejected(string provider, string why) => _rejected.Add(1, new(Signals.Provider, provider), new(Signals.Reason, why));

    /// <summary>Lets the gates be looked at when somebody asks for the metrics.</summary>
    public void Watch(Func<IEnumerable<ProviderGate>> gates)
    {
        Gauge("actorcsi.provider.fetches.waiting", "{fetch}", "Fetches that wait for a free place at their provider.", gate => gate.Waiting);
        Gauge("actorcsi.provider.fetches.active", "{fetch}", "Fetches that providers are working on.", gate => gate.Active);
        Gauge("actorcsi.provider.breaker.open", null, "How many of the provider's endpoints are asked for nothing, or for just one fetch to try them, because they have not answered lately.",
            gate => gate.Breaker is CircuitState.Closed ? 0 : 1);

        void Gauge(string name, string? unit, string description, Func<ProviderGate, long> read)
            => _meter.CreateObservableGauge(name, () => gates().GroupBy(gate => gate.Name).Select(provider =>
                new Measurement<long>(provider.Sum(read), new KeyValuePair<string, object?>(Signals.Provider, provider.Key))), unit, description);
    }
}
