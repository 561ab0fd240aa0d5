using System.Globalization;
using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Bench;

/// <summary>What the classes of a cluster cost a node that mounts some of them: the published program before an API server on loopback, over real HTTPS.</summary>
internal static class ClusterBench
{
    private const int Mounted = 50;
    private const int Runs = 3;

    /// <summary>Longer than the driver waits for a quiet moment.</summary>
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(15);

    public static async Task Run(string program, string root, Report report)
    {
        int[] sizes = [Mounted, 10_000];
        var runs = sizes.ToDictionary(size => size, _ => new List<(double Rss, double Anonymous, long Sent)>());
        for (var run = 0; run < Runs; run++) // side by side, so that what else happens on the machine happens to both
            foreach (var size in sizes)
                runs[size].Add(await Measure(program, root, size));
        foreach (var size in sizes)
        {
            var (rss, anonymous, sent) = runs[size].OrderBy(run => run.Rss).ElementAt(Runs / 2);
            report.Add($"memory, {Mounted} classes mounted of {size.ToString("#,0", CultureInfo.InvariantCulture)} in the cluster, the others edited once each: RSS / anonymous; sent by the API server",
                $"{rss:0.0} / {anonymous:0.0} MiB; {sent / 1024} KiB", size == Mounted ? "" : "as with 50");
        }
    }

    private static async Task<(double Rss, double Anonymous, long Sent)> Measure(string program, string root, int size)
    {
        await using var cluster = await FakeCluster.Start();
        for (var i = 0; i < size; i++)
            cluster.Add(Class(i, "1"));
        var kubeConfig = Path.Combine(root, "kubeconfig");
        await File.WriteAllTextAsync(kubeConfig, cluster.KubeConfig());
        await using var driver = new DriverUnderLoad(program, root, "--kubernetes", kubeConfig);
        await driver.Start();

        var step = size / Mounted;
        var volumes = Enumerable.Range(0, Mounted).Select(i => Requests.Publish(root, i, Name(i * step))).ToArray();
        await driver.Each(volumes, 1, driver.Publish);
        await driver.Each(volumes, 1, driver.Publish); // kubelet's second publish
        for (var i = 0; i < size; i++)
            if (i % step != 0)
                cluster.Add(Class(i, "2")); // classes of other nodes' pods
        await Task.Delay(AtRest);

        var (rss, anonymous) = driver.Memory();
        await driver.Each(volumes, 1, driver.Unpublish);
        return (rss, anonymous, cluster.BytesSent);
    }

    private static string Name(int number) => $"class-{number}";

    /// <summary>As large as classes are: about 1 KiB.</summary>
    private static string Class(int number, string edition) => $$"""
        {
          "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass",
          "metadata": {"namespace": "default", "name": "{{Name(number)}}", "annotations": {"edition": "{{edition}}", "note": "{{new string('x', 700)}}"} },
          "spec": {"provider": "token"}
        }
        """;
}
