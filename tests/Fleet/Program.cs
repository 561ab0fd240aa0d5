using System.Diagnostics;
using System.Globalization;

namespace ActorCsi.Tests.Fleet;

/// <summary>
/// <c>dotnet run -c Release --project tests/Fleet -- [--out DIRECTORY] SCENARIO.yaml …</c>: runs scenarios, prints figures and curves, writes the curves as SVG.
/// Without a scenario it runs all that lie beside it, but for those that take minutes. The exit code says whether every expectation held.
/// </summary>
internal static class Program
{
    public static string Scenarios => Path.Combine(AppContext.BaseDirectory, "Scenarios");

    private static int Main(string[] args)
    {
        var pictures = args is ["--out", var directory, ..] ? directory : null;
        var files = args[(pictures is null ? 0 : 2)..];
        if (files.Length == 0)
            files = [.. Directory.GetFiles(Scenarios, "*.yaml").Where(file => !file.Contains("million", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

        var held = true;
        foreach (var file in files)
        {
            var scenario = Scenario.Load(file);
            var (clock, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var report = new Report(scenario, FleetRun.Run(scenario, part => Progress(scenario, part, clock)));
            report.Add("run: s", clock.Elapsed.TotalSeconds);
            report.Add("run: processor s", (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            report.Add("run: MiB at most", Process.GetCurrentProcess().PeakWorkingSet64 >> 20);
            Console.Write(report.ToText());
            Console.Write(Chart.ToText(report));
            if (pictures is not null)
                File.WriteAllText(Path.Combine(pictures, scenario.Name + ".svg"), Chart.ToSvg(report, scenario));
            held &= report.Verdicts.All(verdict => verdict.Holds);
        }
        return held ? 0 : 1;
    }

    private static void Progress(Scenario scenario, int part, Stopwatch clock)
    {
        if (scenario.Parts > 1)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  part {part + 1} of {scenario.Parts} after {clock.Elapsed.TotalSeconds:0} s"));
    }
}
