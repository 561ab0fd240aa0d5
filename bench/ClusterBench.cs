using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Bench;

/// <summary>What the classes of a cluster cost a node that mounts some of them: the published program before an API server on loopback, over real HTTPS.</summary>
internal static class ClusterBench
{
    private const int All = 10_000;
    private const int Mounted = 50;
    private const int Runs = 3;
    private const int Rounds = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <summary>Longer than the driver waits for a quiet moment.</summary>
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(15);

    public static async Task Run(string program, string root, Report report)
    {
        string[] others = ["ConfigMap", "SecretProviderClass"];
        var runs = others.ToDictionary(kind => kind, _ => new List<(double Rss, double Anonymous, long Sent)>());
        for (var run = 0; run < Runs; run++) // side by side, so that what else happens on the machine happens to both
            foreach (var kind in others)
                runs[kind].Add(await Measure(program, root, kind));
        foreach (var kind in others)
        {
            var (rss, anonymous, sent) = runs[kind].OrderBy(run => run.Rss).ElementAt(Runs / 2);
            report.Add($"memory, {Mounted} classes mounted, {All - Mounted:#,0} other objects ({kind}) in the cluster and edited once each: RSS / anonymous; sent by the API server",
                $"{rss:0.0} ({runs[kind].Min(run => run.Rss):0.0}–{runs[kind].Max(run => run.Rss):0.0}) / {anonymous:0.0} MiB; {sent / 1024:#,0} KiB", kind == others[0] ? "" : "as above");
        }
    }

    /// <summary>As many objects either way, so that the server is as fast.</summary>
    private static async Task<(double Rss, double Anonymous, long Sent)> Measure(string program, string root, string kindOfOthers)
    {
        const int step = All / Mounted;
        await using var cluster = await FakeCluster.Start();
        Add("1");
        var kubeConfig = Path.Combine(root, "kubeconfig");
        await File.WriteAllTextAsync(kubeConfig, cluster.KubeConfig());
        await using var driver = new DriverUnderLoad(program, root, "--kubernetes", kubeConfig);
        await driver.Start();

        var volumes = Enumerable.Range(0, Mounted).Select(i => Requests.Publish(root, i, Name(i * step))).ToArray();
        await driver.Each(volumes, 1, driver.Publish);
        await WarmUp(driver, cluster, volumes, step);
        Add("2"); // what other nodes' pods have, and, which the driver is told, what its own have
        await Task.Delay(AtRest);

        var (rss, anonymous) = driver.Memory();
        await driver.Each(volumes, 1, driver.Unpublish);
        return (rss, anonymous, cluster.BytesSent);

        void Add(string edition)
        {
            for (var i = 0; i < All; i++)
                cluster.Add(i % step == 0 ? Class(i, edition) : kindOfOthers == "ConfigMap" ? Other(i, edition) : Class(i, edition));
        }
    }

    /// <summary>The same for either, at the same pace: how much code the runtime compiles anew depends on how often and how fast it was called.</summary>
    private static async Task WarmUp(DriverUnderLoad driver, FakeCluster cluster, ReadyRequest[] volumes, int step)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await driver.Each(volumes, 1, driver.Publish);
            for (var i = 0; i < Mounted; i++)
                cluster.Add(Class(i * step, $"warm-up {round}")); // nothing that the class wants
            await Task.Delay(Pace);
        }
    }

    private static string Name(int number) => $"class-{number}";

    private static string Other(int number, string edition) => $$"""
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "default", "name": "other-{{number}}"}, "data": {"edition": "{{edition}}", "note": "{{new string('x', 700)}}"} }
        """;

    /// <summary>As large as classes are: about 1 KiB.</summary>
    private static string Class(int number, string edition) => $$"""
        {
          "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass",
          "metadata": {"namespace": "default", "name": "{{Name(number)}}", "annotations": {"edition": "{{edition}}", "note": "{{new string('x', 700)}}"} },
          "spec": {"provider": "token"}
        }
        """;
}
