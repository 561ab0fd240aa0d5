namespace ActorCsi.Tests.Fleet;

/// <summary>
/// Two other drivers on the same fleet, as counts of requests a second. The peer polls: once the first interval of two minutes is over it asks for each object at each
/// republish, whatever happens at the store (secrets-store-csi-driver 1.6, nodeserver.go). The floor asks once for each identity and change, and nobody could ask less.
/// </summary>
internal static class Comparison
{
    private static readonly TimeSpan PeerInterval = TimeSpan.FromMinutes(2);

    /// <summary>Of more pods than this only some are drawn, and each counts for several: their number is enough for smooth curves.</summary>
    private const int MostDrawn = 20_000;

    public static int[] Peer(Scenario scenario)
    {
        var weight = Math.Max(1, scenario.Pods / MostDrawn);
        var random = new Random(scenario.Seed);
        var republish = (scenario.Republish > TimeSpan.Zero ? scenario.Republish : TimeSpan.FromSeconds(75)).TotalSeconds;
        var requests = new int[(int)scenario.Length.TotalSeconds + 1];
        for (var pod = 0; pod < scenario.Pods / weight; pod++)
        {
            var start = scenario.StartOver.TotalSeconds * random.NextDouble();
            for (var at = start; at < scenario.Length.TotalSeconds; at += republish * (0.8 + (0.4 * random.NextDouble())))
                if (at == start || at >= start + PeerInterval.TotalSeconds)
                    requests[(int)at] += scenario.Objects * weight;
        }
        return requests;
    }

    /// <summary>Content without an end is taken never to change, so the floor asks for it once.</summary>
    public static int[] Floor(Scenario scenario)
    {
        var random = new Random(scenario.Seed);
        var requests = new int[(int)scenario.Length.TotalSeconds + 1];
        var askers = scenario.Shared ? Math.Min(scenario.Nodes * scenario.Identities, scenario.Pods) : scenario.Pods;
        for (var asker = 0; asker < askers; asker++)
        {
            var start = scenario.StartOver.TotalSeconds * random.NextDouble();
            for (var at = start; at < scenario.Length.TotalSeconds; at += scenario.Life > TimeSpan.Zero ? scenario.Life.TotalSeconds : double.MaxValue)
                requests[(int)at] += scenario.Objects;
        }
        return requests;
    }
}
