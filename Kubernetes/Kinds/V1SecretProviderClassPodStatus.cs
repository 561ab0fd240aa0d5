namespace ActorCsi.Kubernetes.Kinds;

/// <summary>secrets-store.csi.x-k8s.io/v1 SecretProviderClassPodStatus: what a pod has mounted of a class.</summary>
public sealed record V1SecretProviderClassPodStatus : KubernetesObject
{
    /// <summary>What is mounted.</summary>
    public V1SecretProviderClassPodStatusStatus? Status { get; init; }
}

/// <summary>status of a SecretProviderClassPodStatus; there is no spec, and no status subresource.</summary>
public sealed record V1SecretProviderClassPodStatusStatus
{
    /// <summary>The pod.</summary>
    public string? PodName { get; init; }

    /// <summary>The class.</summary>
    public string? SecretProviderClassName { get; init; }

    /// <summary>Whether it is mounted.</summary>
    public bool? Mounted { get; init; }

    /// <summary>Where.</summary>
    public string? TargetPath { get; init; }

    /// <summary>The objects and their versions, by id.</summary>
    public IReadOnlyList<V1SecretProviderClassObject>? Objects { get; init; }
}

/// <summary>One object that is mounted.</summary>
public sealed record V1SecretProviderClassObject
{
    /// <summary>Its id.</summary>
    public string? Id { get; init; }

    /// <summary>Its version.</summary>
    public string? Version { get; init; }
}
