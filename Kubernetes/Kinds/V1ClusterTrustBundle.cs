namespace ActorCsi.Kubernetes.Kinds;

/// <summary>certificates.k8s.io ClusterTrustBundle: certificates to trust, of a signer or of nobody's. Every service account may read them.</summary>
public sealed record V1ClusterTrustBundle : KubernetesObject
{
    /// <summary>What it holds.</summary>
    public V1ClusterTrustBundleSpec? Spec { get; init; }
}

/// <summary>spec of a ClusterTrustBundle, as far as it is used.</summary>
public sealed record V1ClusterTrustBundleSpec
{
    /// <summary>The certificates, as PEM.</summary>
    public string? TrustBundle { get; init; }
}
