namespace ActorCsi.Kubernetes.Kinds;

/// <summary>core/v1 Secret. Its values are never printed: a dictionary's text is the name of its type.</summary>
public sealed record V1Secret : KubernetesObject
{
    /// <summary>Such as <c>Opaque</c> or <c>kubernetes.io/tls</c>; cannot be changed.</summary>
    public string? Type { get; init; }

    /// <summary>The values by key.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    /// <summary>Whether the data cannot be changed.</summary>
    public bool? Immutable { get; init; }
}
