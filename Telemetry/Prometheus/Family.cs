using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorCsi.Telemetry.Prometheus;

/// <summary>What Prometheus calls the kinds of metrics.</summary>
internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one instrument.</summary>
internal sealed class Family
{
    /// <summary>
    /// How many series an instrument may have. Labels come from closed sets, so this is never reached; should a label be let in by mistake that is not, what comes
    /// too late is counted together and the memory of the node is spared.
    /// </summary>
    public const int MostSeries = 300;

    /// <summary>The label of the series for what came too late; OpenTelemetry's name for it.</summary>
    private const string Overflow = "otel.metric.overflow";

    // OpenTelemetry's, for an instrument that brings none. In seconds.
    private static readonly double[] OtherBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly ConcurrentDictionary<LabelSet, Series> _series = new(LabelSet.Comparer);
    private readonly ConcurrentDictionary<LabelSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;
    private readonly Func<LabelSet, Series> _new;
    private readonly string _unit;
    private readonly string _help;
    private readonly bool _isObservable;
    private Series? _overflow;

    public Family(Instrument instrument)
    {
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        Name = MetricName.Of(instrument);
        _unit = MetricName.Unit(instrument.Unit);
        _help = instrument.Description ?? "";
        _isObservable = instrument.IsObservable;
        (Type, _new) = instrument switch
        {
            Histogram<double> histogram => (MetricType.Histogram, Histogram(histogram.Advice?.HistogramBucketBoundaries)),
            Counter<long> or Counter<double> => (MetricType.Counter, Sum),
            UpDownCounter<long> or UpDownCounter<double> => (MetricType.Gauge, Sum),
            ObservableCounter<long> or ObservableCounter<double> => (MetricType.Counter, Last),
            _ => (MetricType.Gauge, (Func<LabelSet, Series>)Last),
        };

        static Series Sum(LabelSet labels) => new SumSeries(labels);
        static Series Last(LabelSet labels) => new LastSeries(labels);
        static Func<LabelSet, Series> Histogram(IReadOnlyList<double>? bounds)
        {
            var kept = bounds?.ToArray() ?? OtherBounds;
            return labels => new HistogramSeries(labels, kept);
        }
    }

    public string Name { get; }

    public MetricType Type { get; }

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => (_byTags.TryGetValue(tags, out var series) ? series : New(tags)).Measure(value);

    /// <summary>Forgets what an observable instrument said the last time: what it does not say again is no more.</summary>
    public void BeforeObservation()
    {
        if (_isObservable)
            _series.Clear();
    }

    public void Write(MetricText text)
    {
        if (_series.IsEmpty)
            return;
        text.Family(Name, Type, _unit, _help);
        var name = Type is MetricType.Counter ? Name + "_total" : Name;
        foreach (var series in _series.Values.OrderBy(series => series.Labels.Text, StringComparer.Ordinal))
            series.Write(text, name);
        _overflow?.Write(text, name);
    }

    private Series New(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_series.Count >= MostSeries)
            return LazyInitializer.EnsureInitialized(ref _overflow, () => _new(new LabelSet(new KeyValuePair<string, object?>(Overflow, "true"))));
        var labels = new LabelSet(tags);
        return _series.GetOrAdd(labels, _new);
    }
}
