using System.Globalization;

namespace ActorCsi.Bench;

/// <summary>The published program, on its real socket, with real mounts. Load and driver share the machine.</summary>
internal static class DriverBench
{
    private const int Runs = 5;
    private const int Many = 16;

    /// <summary>Longer than the driver waits for a quiet moment.</summary>
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(15);

    public static async Task Run(string program, Report report, Func<string, bool> wants)
    {
        var root = Directory.CreateTempSubdirectory("actorcsi-bench-").FullName;
        try
        {
            if (wants("start"))
                await Starts(program, root, report);
            if (wants("calls"))
                await Calls(program, root, report);
            if (wants("memory"))
                await ManyVolumes(program, root, report);
            if (wants("classes"))
                await ClusterBench.Run(program, root, report);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task Starts(string program, string root, Report report)
    {
        var times = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            await using var driver = new DriverUnderLoad(program, root);
            times.Add((await driver.Start()).TotalMilliseconds);
        }
        times.Sort();
        report.Add("start to the first answer on the CSI socket", $"{Report.Ms(times[Runs / 2])} ({times[0]:0}–{times[^1]:0})", "≤ 200 ms (peer 40–48)");
    }

    private static async Task Calls(string program, string root, Report report)
    {
        await using var driver = new DriverUnderLoad(program, root);
        await driver.Start();
        var (rss, anonymous) = driver.Memory();
        report.Add("memory, idle: RSS / anonymous", $"{rss:0.0} / {anonymous:0.0} MiB", "(peer 38 / 7)");

        var volumes = Enumerable.Range(0, 800).Select(i => Requests.Publish(root, i)).ToArray();
        await driver.Each(volumes.Take(100), 1, driver.Publish); // warms up
        report.Add("first publish, token provider, 1 caller", (await driver.Each(volumes.Skip(100).Take(200), 1, driver.Publish)).ToString(), "p50 ≤ 3 ms (peer 3.8–50)");
        report.Add("first publish, token provider, 16 callers", (await driver.Each(volumes.Skip(300), Many, driver.Publish)).ToString(), "≥ 500/s (peer 21/s)");

        foreach (var callers in new[] { 1, Many })
        {
            var (empty, carried, republish) = (new List<Timing>(), new List<Timing>(), new List<Timing>());
            var freight = volumes[0].AsUnknownField();
            for (var run = 0; run <= Runs; run++)
            {
                var e = await driver.Repeat(callers, TimeSpan.FromSeconds(2), (node, _) => driver.Probe(node));
                var c = await driver.Repeat(callers, TimeSpan.FromSeconds(2), (node, _) => driver.ProbeWith(node, freight));
                var r = await driver.Repeat(callers, TimeSpan.FromSeconds(2), (node, i) => driver.Publish(node, volumes[i % volumes.Length]));
                if (run == 0)
                    continue; // warms up
                empty.Add(e);
                carried.Add(c);
                republish.Add(r);
            }
            var (emptyMedian, carriedMedian, republishMedian) = (Timing.Median(empty), Timing.Median(carried), Timing.Median(republish));
            var name = callers == 1 ? "1 caller" : $"{callers} callers";
            report.Add($"empty unary call (Probe), {name}", emptyMedian.ToString());
            report.Add($"the same with {freight.Length} bytes that nobody reads, {name}", carriedMedian.ToString());
            report.Add($"republish with nothing due, {name}", republishMedian.ToString(), callers == 1 ? "≥ 6,960/s (3 × peer)" : "≥ 23,600/s (3 × peer)");
            report.Add($"empty call ÷ republish, calls a second, {name}", (emptyMedian.PerSecond / republishMedian.PerSecond).ToString("0.00", CultureInfo.InvariantCulture), "≤ 1.5");
        }

        report.Add("republish, a new connection for each call as kubelet makes it, 1 caller",
            (await driver.Repeat(1, TimeSpan.FromSeconds(3), (_, i) => driver.OnNewConnection(node => driver.Publish(node, volumes[i % volumes.Length])))).ToString());

        report.Add("unpublish, 1 caller", (await driver.Each(volumes.Take(400), 1, driver.Unpublish)).ToString(), "p50 ≤ 2 ms (peer 2.6)");
        await driver.Each(volumes.Skip(400), Many, driver.Unpublish);
    }

    private static async Task ManyVolumes(string program, string root, Report report)
    {
        await using var driver = new DriverUnderLoad(program, root);
        await driver.Start();
        var volumes = Enumerable.Range(0, 1000).Select(i => Requests.Publish(root, i)).ToArray();
        await driver.Each(volumes, Many, driver.Publish);
        await driver.Each(volumes, Many, driver.Publish); // kubelet's second publish
        Memory("1,000 volumes, at once after the burst");
        await Task.Delay(AtRest);
        Memory("1,000 volumes, at rest");

        await driver.Kill();
        var started = await driver.Start();
        report.Add("1,000 volumes after kill -9: start, then all resumed", $"{Report.Ms(started.TotalMilliseconds)}, then {await driver.ResumeTime()}", "≤ 1 s");
        await Task.Delay(AtRest);
        Memory("1,000 volumes resumed, at rest");
        await driver.Each(volumes, Many, driver.Unpublish);

        void Memory(string when)
        {
            var (rss, anonymous) = driver.Memory();
            report.Add($"memory, {when}: RSS / anonymous", $"{rss:0.0} / {anonymous:0.0} MiB", "≤ 67 / ≤ 34 MiB (peer 63–67 / 30–34)");
        }
    }
}
