namespace ActorCsi.Kubernetes.Kinds;

/// <summary>core/v1 ServiceAccount, as far as it is used: its annotations bind it to cloud identities.</summary>
public sealed record V1ServiceAccount : KubernetesObject;
