namespace ActorCsi.Kubernetes.Kinds;

/// <summary>core/v1 ConfigMap, as far as it is used.</summary>
public sealed record V1ConfigMap : KubernetesObject
{
    /// <summary>The texts by key.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }
}
