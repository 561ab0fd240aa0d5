namespace ActorCsi.Cluster;

/// <summary>What the driver needs to know to write to the cluster's API.</summary>
public sealed class ClusterOptions
{
    /// <summary>The node's name, as in <c>--nodeid</c>: the label by which status objects are found.</summary>
    public string NodeId { get; set; } = "";

    /// <summary>How often a synced Secret is looked at, so that one that was deleted or edited is made good again. Default 5 minutes, as the peer's.</summary>
    public TimeSpan SecretCheck { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Chance: a number from 0 up to 1, for jitter. Default: the process's own random numbers.</summary>
    public Func<double> Chance { get; set; } = Random.Shared.NextDouble;
}
