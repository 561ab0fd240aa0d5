using System.Globalization;
using System.Text;

namespace ActorCsi.Tests.Fleet;

/// <summary>What came out of a scenario: figures, each with its name, and curves.</summary>
internal sealed class Report
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Scenario _scenario;
    private readonly List<(string Name, double Value)> _figures = [];

    public Report(Scenario scenario, Tally tally)
    {
        _scenario = scenario;
        var bin = TimeSpan.FromSeconds(Math.Max(60, Math.Ceiling(scenario.Length.TotalMinutes / 288) * 60)); // the width of a picture
        (Ours, Peer, Floor, Bin) = (tally.Rates(bin), Tally.Rates(Comparison.Peer(scenario), bin), Tally.Rates(Comparison.Floor(scenario), bin), bin);
        Measure(tally);
    }

    public double[] Ours { get; }

    public double[] Peer { get; }

    public double[] Floor { get; }

    public TimeSpan Bin { get; }

    public IReadOnlyList<(string Name, double Value)> Figures => _figures;

    /// <summary>Each expectation of the scenario with what was measured.</summary>
    public IEnumerable<(Expectation Expectation, double Value, bool Holds)> Verdicts => _scenario.Expect.Select(expected =>
    {
        var value = _figures.FirstOrDefault(figure => figure.Name == expected.Figure, (Name: expected.Figure, Value: double.NaN)).Value;
        return (expected, value, expected.Holds(value));
    });

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{_scenario.Name}: {_scenario.Nodes} nodes, {_scenario.Pods:N0} pods, {_scenario.Objects} objects each, {_scenario.Length.TotalHours:0.##} h");
        foreach (var (name, value) in _figures)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-34} {Round(value)}");
        foreach (var (expected, value, holds) in Verdicts)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(holds ? "holds" : "FAILS"),-6} {expected.Figure} {expected.Bound} (measured {Round(value)})");
        return text.ToString();
    }

    private void Measure(Tally tally)
    {
        var (peer, floor) = (Peer.Average(), Floor.Average());
        var mean = Ours.Average();
        Add("requests/s mean", mean);
        Add("requests/s peak minute", tally.Rates(Minute).Max());
        Add("requests/s peer mean", peer);
        Add("requests/s floor mean", floor);
        Add("times below the peer", peer / mean);
        Add("times above the floor", mean / floor);
        MeasureEvenness(tally);
        MeasureStarts(tally);
        Add("renewals", tally.Renewals.Count);
        Add("least share of life left", tally.Renewals.LeastLifeLeft);
        Add("missed", tally.Missed);
        Add("worst miss s", tally.WorstMiss.TotalSeconds);
        Add("throttled", tally.Throttled);
        Add("oldest start s", tally.OldestStart.TotalSeconds);
        foreach (var (happening, took) in tally.Healed)
        {
            var (asked, answered) = (tally.AskedBetween(happening.At, happening.End + took), tally.AnsweredBetween(happening.At, happening.End + took));
            Add($"{happening.What} healed after s", took.TotalSeconds);
            Add($"{happening.What} requests ÷ needed", asked / (double)Math.Max(answered, 1));
        }
    }

    /// <summary>Bins so wide that chance alone gives no peaks: 100 requests or more in each.</summary>
    private void MeasureEvenness(Tally tally)
    {
        var perSecond = tally.Rates(TimeSpan.FromSeconds(1));
        var settled = perSecond[Math.Min((int)_scenario.Settled.TotalSeconds, perSecond.Length)..];
        if (settled.Length < 600)
            return;
        var mean = settled.Average();
        var bin = (int)Math.Clamp(Math.Ceiling(100 * _scenario.Objects / Math.Max(mean, 1e-9) / 60) * 60, 60, 1800);
        var rates = settled.Chunk(bin).Where(chunk => chunk.Length == bin).Select(chunk => chunk.Average()).ToArray();
        Add("settled: bin s", bin);
        Add("settled: peak to mean", rates.Max() / mean);
        Add("settled: strongest autocorrelation", Autocorrelation(rates));
    }

    /// <summary>The largest autocorrelation at any lag of two bins up to a third of the time: a wave that comes again shows as a value near 1.</summary>
    private static double Autocorrelation(double[] rates)
    {
        var mean = rates.Average();
        var variance = rates.Sum(rate => (rate - mean) * (rate - mean));
        var strongest = 0.0;
        for (var lag = 2; lag <= rates.Length / 3; lag++)
        {
            var sum = 0.0;
            for (var i = lag; i < rates.Length; i++)
                sum += (rates[i] - mean) * (rates[i - lag] - mean);
            strongest = Math.Max(strongest, sum / variance);
        }
        return strongest;
    }

    private void MeasureStarts(Tally tally)
    {
        var starts = tally.Starts.Where(start => !start.WasHung).Select(start => (double)start.Seconds).Order().ToArray();
        Add("pods started", starts.Length);
        Add("start s p50", Percentile(starts, 0.5));
        Add("start s p99", Percentile(starts, 0.99));
        Add("start s worst", Percentile(starts, 1));
        foreach (var happening in _scenario.Events.Where(happening => happening.What == "pods"))
        {
            var fresh = tally.Starts.Where(start => start.CreatedAt >= happening.At && start.CreatedAt <= happening.End).Select(start => (double)start.Seconds).Order().ToArray();
            Add("new pods started", fresh.Length);
            Add("new pods start s p50", Percentile(fresh, 0.5));
            Add("new pods start s p99", Percentile(fresh, 0.99));
            Add("new pods start s worst", Percentile(fresh, 1));
        }
    }

    private static double Percentile(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    /// <summary>One more figure, which a scenario can have expectations of too.</summary>
    public void Add(string name, double value) => _figures.Add((name, value));

    private static string Round(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e15
        ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value.ToString(Math.Abs(value) >= 100 ? "#,0.0" : "0.###", CultureInfo.InvariantCulture);
}
