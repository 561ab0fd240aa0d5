using ActorCsi.Grains.Providers;
using ActorCsi.Kubernetes;
using Microsoft.Extensions.Options;

namespace ActorCsi.Cluster.Identities;

/// <summary>The labels of the driver's node, out of the API server.</summary>
internal sealed class NodeLabels(IKubernetes api, IOptions<ClusterOptions> options) : INodeLabels
{
    private volatile StringMap? _labels;

    /// <inheritdoc/>
    public async Task<StringMap> Labels(CancellationToken cancellationToken)
    {
        if (_labels is { } known)
            return known;
        var name = options.Value.NodeId;
        try
        {
            var node = await api.Get(Resources.Nodes, null, name, null, cancellationToken);
            return _labels = new StringMap(node.Metadata.Labels ?? new Dictionary<string, string>());
        }
        catch (KubernetesException failure) when (failure.IsNotFound)
        {
            throw new VolumeException(VolumeError.NotFound, $"there is no node {name}; --nodeid must be its name", failure);
        }
        catch (KubernetesException failure)
        {
            throw ServiceAccounts.Unknown($"the labels of node {name}", "nodes", failure);
        }
    }
}
