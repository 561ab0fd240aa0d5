using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Providers;

/// <summary>What the API server would say of service accounts and of the node, as the test sets it.</summary>
public sealed class FixedCluster : IServiceAccounts, INodeLabels
{
    /// <summary>Annotations by the name of the service account, in any namespace.</summary>
    public Dictionary<string, Dictionary<string, string>> Annotations { get; } = [];

    /// <summary>The node's labels.</summary>
    public Dictionary<string, string> Labels { get; } = [];

    /// <summary>Why nothing can be learned; null when it can.</summary>
    public VolumeException? Failure { get; set; }

    Task<StringMap> IServiceAccounts.Annotations(string @namespace, string name, CancellationToken cancellationToken)
        => Failure is null ? Task.FromResult(new StringMap(Annotations.GetValueOrDefault(name) ?? [])) : throw Failure;

    Task<StringMap> INodeLabels.Labels(CancellationToken cancellationToken)
        => Failure is null ? Task.FromResult(new StringMap(Labels)) : throw Failure;
}
