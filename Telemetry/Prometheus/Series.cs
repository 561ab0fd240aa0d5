namespace ActorCsi.Telemetry.Prometheus;

/// <summary>One number that is kept under one set of labels. Any thread may measure at any time, without a lock and without garbage.</summary>
internal abstract class Series(LabelSet labels)
{
    public LabelSet Labels { get; } = labels;

    public abstract void Measure(double value);

    /// <summary>Writes the samples of the series.</summary>
    public abstract void Write(MetricText text, string name);

    protected static void Add(ref double sum, double value)
    {
        double seen;
        do
            seen = Volatile.Read(ref sum);
        while (Interlocked.CompareExchange(ref sum, seen + value, seen) != seen);
    }
}

/// <summary>What instruments add up: the sum of all measurements.</summary>
internal sealed class SumSeries(LabelSet labels) : Series(labels)
{
    private double _sum;

    public override void Measure(double value) => Add(ref _sum, value);

    public override void Write(MetricText text, string name) => text.Sample(name, Labels.Text, Volatile.Read(ref _sum));
}

/// <summary>What instruments say as it stands: the last measurement.</summary>
internal sealed class LastSeries(LabelSet labels) : Series(labels)
{
    private double _last;

    public override void Measure(double value) => Volatile.Write(ref _last, value);

    public override void Write(MetricText text, string name) => text.Sample(name, Labels.Text, Volatile.Read(ref _last));
}

/// <summary>How measurements are distributed over buckets.</summary>
internal sealed class HistogramSeries(LabelSet labels, double[] bounds) : Series(labels)
{
    private readonly long[] _buckets = new long[bounds.Length + 1]; // the last one is for what is above all bounds
    private double _sum;

    public override void Measure(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[bucket]);
        Add(ref _sum, value);
    }

    public override void Write(MetricText text, string name)
    {
        long count = 0; // of the buckets that were read: whatever is measured meanwhile, the samples agree with one another
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Volatile.Read(ref _buckets[i]);
            text.Bucket(name, Labels.Text, i < bounds.Length ? bounds[i] : double.PositiveInfinity, count);
        }
        text.Sample(name + "_sum", Labels.Text, Volatile.Read(ref _sum));
        text.Sample(name + "_count", Labels.Text, count);
    }
}
