using System.Buffers;
using System.Globalization;
using System.Text;

namespace ActorCsi.Telemetry.Prometheus;

/// <summary>The two text formats that scrapers ask for. They differ in little.</summary>
/// <remarks>
/// Prometheus 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/, OpenMetrics 1.0: https://prometheus.io/docs/specs/om/open_metrics_spec/.
/// In OpenMetrics a counter's family has the name without <c>_total</c>, there are units, whole numbers of <c>le</c> have a point, and the text has an end.
/// </remarks>
internal sealed class MetricText(IBufferWriter<byte> output, bool isOpenMetrics)
{
    public void Family(string name, MetricType type, string unit, string help)
    {
        var head = type is MetricType.Counter && !isOpenMetrics ? name + "_total" : name;
        Put("# HELP ").Put(head).Put(" ").Put(Escaped(help)).Put("\n# TYPE ").Put(head).Put(" ").Put(Word(type)).Put("\n");
        if (isOpenMetrics && unit.Length > 0 && name.EndsWith("_" + unit, StringComparison.Ordinal))
            Put("# UNIT ").Put(head).Put(" ").Put(unit).Put("\n");
    }

    public void Sample(string name, string labels, double value)
    {
        Put(name);
        if (labels.Length > 0)
            Put("{").Put(labels).Put("}");
        Put(" ").Put(value).Put("\n");
    }

    public void Bucket(string name, string labels, double bound, long count)
    {
        Put(name).Put("_bucket{").Put(labels).Put(labels.Length > 0 ? ",le=\"" : "le=\"").Put(bound);
        if (isOpenMetrics && double.IsInteger(bound))
            Put(".0");
        Put("\"} ").Put(count).Put("\n");
    }

    public void End()
    {
        if (isOpenMetrics)
            Put("# EOF\n");
    }

    private string Escaped(string help)
    {
        var plain = help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return isOpenMetrics ? plain.Replace("\"", "\\\"", StringComparison.Ordinal) : plain;
    }

    private static string Word(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Gauge => "gauge",
        _ => "histogram",
    };

    private MetricText Put(string text)
    {
        Encoding.UTF8.GetBytes(text, output);
        return this;
    }

    private MetricText Put(double value)
    {
        if (double.IsPositiveInfinity(value))
            return Put("+Inf");
        if (double.IsNegativeInfinity(value))
            return Put("-Inf");
        const int longest = 32; // of a double that is read back as what it was
        value.TryFormat(output.GetSpan(longest), out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
        return this;
    }
}
