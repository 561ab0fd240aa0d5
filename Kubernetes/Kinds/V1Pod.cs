namespace ActorCsi.Kubernetes.Kinds;

/// <summary>core/v1 Pod, as far as it is used.</summary>
public sealed record V1Pod : KubernetesObject
{
    /// <summary>What was asked for.</summary>
    public V1PodSpec? Spec { get; init; }

    /// <summary>What became of it.</summary>
    public V1PodStatus? Status { get; init; }
}

/// <summary>spec of a pod, as far as it is used.</summary>
public sealed record V1PodSpec
{
    /// <summary>The node.</summary>
    public string? NodeName { get; init; }

    /// <summary>The service account.</summary>
    public string? ServiceAccountName { get; init; }
}

/// <summary>status of a pod, as far as it is used.</summary>
public sealed record V1PodStatus
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; init; }
}
