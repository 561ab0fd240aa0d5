namespace ActorCsi.Kubernetes.Kinds;

/// <summary>storage.k8s.io/v1 CSIDriver.</summary>
public sealed record V1CsiDriver : KubernetesObject
{
    /// <summary>What kubelet does for the driver.</summary>
    public V1CsiDriverSpec? Spec { get; init; }
}

/// <summary>spec of a CSIDriver.</summary>
public sealed record V1CsiDriverSpec
{
    /// <summary>Whether volumes are attached first.</summary>
    public bool? AttachRequired { get; init; }

    /// <summary>Whether kubelet says which pod a volume is for.</summary>
    public bool? PodInfoOnMount { get; init; }

    /// <summary><c>Persistent</c>, <c>Ephemeral</c>.</summary>
    public IReadOnlyList<string>? VolumeLifecycleModes { get; init; }

    /// <summary>How a pod's fsGroup is applied.</summary>
    public string? FsGroupPolicy { get; init; }

    /// <summary>The tokens that kubelet brings.</summary>
    public IReadOnlyList<V1TokenRequest>? TokenRequests { get; init; }

    /// <summary>Whether kubelet repeats its publish now and then.</summary>
    public bool? RequiresRepublish { get; init; }

    /// <summary>Whether tokens come in the secrets field (KEP-5538).</summary>
    public bool? ServiceAccountTokenInSecrets { get; init; }
}

/// <summary>One token that kubelet brings.</summary>
public sealed record V1TokenRequest
{
    /// <summary>For whom it is; empty for the API server.</summary>
    public string? Audience { get; init; }

    /// <summary>How long it lasts.</summary>
    public long? ExpirationSeconds { get; init; }
}
