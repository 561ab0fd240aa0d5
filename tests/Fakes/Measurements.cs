using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorCsi.Fakes;

/// <summary>Everything that the meters of one host tell, in the words <c>name{label=value} number</c>.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, string Labels, double Value)> _all = new();

    /// <summary>Listens to the meters that come from <paramref name="meters"/>, those of before too.</summary>
    public Measurements(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All measurements of <paramref name="instrument"/> so far, as <c>{label=value,label=value}</c> and number; those of observable ones are taken now.</summary>
    public IReadOnlyList<(string Labels, double Value)> Of(string instrument)
    {
        _listener.RecordObservableInstruments();
        return [.. _all.Where(one => one.Instrument == instrument).Select(one => (one.Labels, one.Value))];
    }

    /// <summary>The last value of <paramref name="instrument"/> with exactly these labels; null when it was never measured.</summary>
    public double? Last(string instrument, string labels)
        => Of(instrument).Where(one => one.Labels == labels).Select(one => (double?)one.Value).LastOrDefault();

    /// <summary>The sum of what was counted by <paramref name="instrument"/> with exactly these labels.</summary>
    public double Sum(string instrument, string labels) => Of(instrument).Where(one => one.Labels == labels).Sum(one => one.Value);

    /// <summary>Forgets what was measured.</summary>
    public void Clear() => _all.Clear();

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (name, label) in tags)
            labels.Add($"{name}={label}");
        _all.Enqueue((instrument.Name, $"{{{string.Join(',', labels)}}}", value));
    }
}
