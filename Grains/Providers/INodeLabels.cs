namespace ActorCsi.Grains.Providers;

/// <summary>What is written on this node, such as the cloud's region in <c>topology.kubernetes.io/region</c>.</summary>
public interface INodeLabels
{
    /// <summary>The labels of the node that the driver runs on. They are read once: where a machine stands does not change.</summary>
    /// <exception cref="VolumeException">They cannot be known (<see cref="VolumeError.NotFound"/>, <see cref="VolumeError.ClusterUnavailable"/>).</exception>
    Task<StringMap> Labels(CancellationToken cancellationToken);
}

/// <summary>Where the driver runs without an API server.</summary>
internal sealed class NoNodeLabels : INodeLabels
{
    /// <inheritdoc/>
    public Task<StringMap> Labels(CancellationToken cancellationToken) => throw new VolumeException(
        VolumeError.ClusterUnavailable, "the labels of the node cannot be read: the driver runs without an API server (--kubernetes)");
}
