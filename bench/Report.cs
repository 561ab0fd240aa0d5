using System.Globalization;

namespace ActorCsi.Bench;

/// <summary>What was measured, beside what was aimed at.</summary>
internal sealed class Report
{
    private readonly List<(string What, string Figure, string Target)> _rows = [];

    public void Add(string what, string figure, string target = "") => _rows.Add((what, figure, target));

    public void Print()
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, {Environment.OSVersion.VersionString}, .NET {Environment.Version}, {DateTime.UtcNow:yyyy-MM-dd}");
        Console.WriteLine();
        Console.WriteLine("| what | measured | target |");
        Console.WriteLine("|---|---|---|");
        foreach (var (what, figure, target) in _rows)
            Console.WriteLine($"| {what} | {figure} | {target} |");
    }

    public static string Ms(double milliseconds) => milliseconds.ToString("0.00", CultureInfo.InvariantCulture) + " ms";

    public static string PerSecond(double count) => count.ToString("#,0", CultureInfo.InvariantCulture) + "/s";
}

/// <summary>The times of many calls.</summary>
internal sealed record Timing(double PerSecond, double P50Ms, double P99Ms)
{
    public static Timing Of(TimeSpan wall, List<double> milliseconds)
    {
        milliseconds.Sort();
        return new Timing(milliseconds.Count / wall.TotalSeconds, milliseconds[milliseconds.Count / 2], milliseconds[milliseconds.Count * 99 / 100]);
    }

    /// <summary>The run in the middle, by calls a second.</summary>
    public static Timing Median(IEnumerable<Timing> runs) => runs.OrderBy(run => run.PerSecond).ToArray() is var sorted ? sorted[sorted.Length / 2] : null!;

    public override string ToString() => $"{Report.PerSecond(PerSecond)}, p50 {Report.Ms(P50Ms)}, p99 {Report.Ms(P99Ms)}";
}
