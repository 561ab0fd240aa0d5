namespace ActorCsi.Kubernetes.Kinds;

/// <summary>core/v1 Node, as far as it is used: its labels say where it stands.</summary>
public sealed record V1Node : KubernetesObject;
