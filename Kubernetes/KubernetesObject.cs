using System.Text.Json.Serialization;

namespace ActorCsi.Kubernetes;

/// <summary>
/// What every object of the API has. The kinds here hold only the fields that are used; what else the server sends is dropped. That is why there is no
/// verb that replaces an object as a whole: it would take away what is not known here.
/// </summary>
public abstract record KubernetesObject
{
    /// <summary>Such as <c>v1</c> or <c>secrets-store.csi.x-k8s.io/v1</c>. Set by the client when it sends the object.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Such as <c>Secret</c>. Set by the client when it sends the object.</summary>
    public string? Kind { get; init; }

    /// <summary>Name, labels, owners.</summary>
    public ObjectMeta Metadata { get; init; } = new();
}

/// <summary>metadata of an object, as far as it is used.</summary>
public sealed record ObjectMeta
{
    /// <summary>The name; unique in the namespace for its resource.</summary>
    public string? Name { get; init; }

    /// <summary>The namespace; null for objects of the cluster.</summary>
    public string? Namespace { get; init; }

    /// <summary>Which object of that name it is, of those that ever were. Set by the server.</summary>
    public string? Uid { get; init; }

    /// <summary>The version of the object, opaque. In a patch: the version that it must have. Set by the server.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>When the object was made. Set by the server.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When the object began to go; null as long as it stays. Set by the server.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The objects without which this one is collected.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>Who manages which fields, for server-side apply. Only names are read.</summary>
    public IReadOnlyList<ManagedFields>? ManagedFields { get; init; }
}

/// <summary>An owner of an object, in the same namespace or of the cluster.</summary>
public sealed record OwnerReference
{
    /// <summary>The owner's API version.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The owner's kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The owner's name.</summary>
    public required string Name { get; init; }

    /// <summary>The owner's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>Whether the owner is the managing controller.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether the owner cannot go in the foreground before this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>One manager of fields of an object.</summary>
public sealed record ManagedFields
{
    /// <summary>Its name.</summary>
    public string? Manager { get; init; }

    /// <summary><c>Apply</c> or <c>Update</c>.</summary>
    public string? Operation { get; init; }
}

/// <summary>One page of a list, or all of it.</summary>
/// <param name="Items">The objects.</param>
/// <param name="ResourceVersion">The version of the list: what a watch begins from.</param>
/// <param name="Continue">What asks for the next page; null on the last one.</param>
public sealed record ObjectList<T>(IReadOnlyList<T> Items, string ResourceVersion, [property: JsonIgnore] string? Continue = null)
    where T : KubernetesObject;
