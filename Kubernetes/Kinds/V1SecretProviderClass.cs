namespace ActorCsi.Kubernetes.Kinds;

/// <summary>secrets-store.csi.x-k8s.io/v1 SecretProviderClass.</summary>
public sealed record V1SecretProviderClass : KubernetesObject
{
    /// <summary>Who is asked for what.</summary>
    public V1SecretProviderClassSpec? Spec { get; init; }
}

/// <summary>spec of a SecretProviderClass.</summary>
public sealed record V1SecretProviderClassSpec
{
    /// <summary>Who is asked.</summary>
    public string? Provider { get; init; }

    /// <summary>For what, in the provider's own words.</summary>
    public IReadOnlyDictionary<string, string?>? Parameters { get; init; }

    /// <summary>The Secrets that are made of the answer.</summary>
    public IReadOnlyList<V1SecretObject>? SecretObjects { get; init; }
}

/// <summary>One Secret that is made.</summary>
public sealed record V1SecretObject
{
    /// <summary>Its name.</summary>
    public string? SecretName { get; init; }

    /// <summary>Its type.</summary>
    public string? Type { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    /// <summary>Its annotations.</summary>
    public IReadOnlyDictionary<string, string?>? Annotations { get; init; }

    /// <summary>Its keys.</summary>
    public IReadOnlyList<V1SecretObjectData>? Data { get; init; }
}

/// <summary>One key of a Secret that is made.</summary>
public sealed record V1SecretObjectData
{
    /// <summary>The file.</summary>
    public string? ObjectName { get; init; }

    /// <summary>The key.</summary>
    public string? Key { get; init; }
}
