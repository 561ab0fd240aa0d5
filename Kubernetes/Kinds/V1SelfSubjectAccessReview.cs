namespace ActorCsi.Kubernetes.Kinds;

/// <summary>authorization.k8s.io/v1 SelfSubjectAccessReview: may I?</summary>
public sealed record V1SelfSubjectAccessReview : KubernetesObject
{
    /// <summary>What is asked.</summary>
    public V1AccessReviewSpec? Spec { get; init; }

    /// <summary>What is answered.</summary>
    public V1AccessReviewStatus? Status { get; init; }
}

/// <summary>What is asked.</summary>
public sealed record V1AccessReviewSpec
{
    /// <summary>About which call.</summary>
    public V1ResourceAttributes? ResourceAttributes { get; init; }
}

/// <summary>A call, as RBAC sees it.</summary>
public sealed record V1ResourceAttributes
{
    /// <summary>get, list, watch, create, patch, delete …</summary>
    public string? Verb { get; init; }

    /// <summary>The API group; empty for the core group.</summary>
    public string? Group { get; init; }

    /// <summary>The resource.</summary>
    public string? Resource { get; init; }

    /// <summary>The subresource.</summary>
    public string? Subresource { get; init; }

    /// <summary>The namespace; empty for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The name; empty for all.</summary>
    public string? Name { get; init; }
}

/// <summary>What is answered.</summary>
public sealed record V1AccessReviewStatus
{
    /// <summary>Whether the call is allowed.</summary>
    public bool Allowed { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
