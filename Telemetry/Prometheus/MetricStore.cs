using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Telemetry.Prometheus;

/// <summary>
/// Keeps what the meters of this host measure, and writes it down when somebody asks. In between nothing runs: a measurement is a look into a table and
/// one or two atomic additions, and gauges are read at the moment they are asked for.
/// </summary>
/// <remarks>The official exporter for ASP.NET Core would do this too, at the price of the whole OpenTelemetry SDK in each node's memory.</remarks>
internal sealed class MetricStore : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new(); // who writes, and instruments that are new; not measurements
    private readonly ILogger<MetricStore> _log;

    /// <summary>Listens to the meters that come from <paramref name="meters"/> and are ours by name.</summary>
    public MetricStore(IMeterFactory meters, ILogger<MetricStore> log)
    {
        _log = log;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Meter.Name.StartsWith("ActorCsi.", StringComparison.Ordinal) && Add(instrument) is { } family)
                listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((Family)family!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((Family)family!).Measure(value, tags));
        _listener.Start();
        ProcessMetrics.AddTo(meters);
    }

    /// <summary>Writes all metrics as they stand.</summary>
    public void Write(IBufferWriter<byte> output, bool isOpenMetrics)
    {
        var text = new MetricText(output, isOpenMetrics);
        lock (_gate)
        {
            foreach (var family in _families.Values)
                family.BeforeObservation();
            Observe();
            foreach (var family in _families.Values)
                family.Write(text);
        }
        text.End();
    }

    public void Dispose() => _listener.Dispose();

    private Family? Add(Instrument instrument)
    {
        var family = new Family(instrument);
        lock (_gate)
            if (_families.TryAdd(family.Name, family))
                return family;
        Log.NameTaken(_log, instrument.Meter.Name, instrument.Name, family.Name);
        return null;
    }

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException failures) // of those that failed; the others were read
        {
            Log.NotObserved(_log, failures);
        }
    }
}
