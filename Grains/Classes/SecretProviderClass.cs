using System.Collections.Immutable;

namespace ActorCsi.Grains.Classes;

/// <summary>
/// The SecretProviderClass of group <c>secrets-store.csi.x-k8s.io</c>, field for field: which provider to ask, for what, and which
/// Kubernetes Secrets to make of the answer.
/// </summary>
/// <param name="Namespace">metadata.namespace: the namespace of the pods that may use the class.</param>
/// <param name="Name">metadata.name.</param>
/// <param name="Provider">spec.provider.</param>
/// <param name="Parameters">spec.parameters: what the provider makes of them is the provider's affair.</param>
/// <param name="SecretObjects">spec.secretObjects.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.SecretProviderClass")]
public sealed record SecretProviderClass(
    [property: Id(0)] string Namespace,
    [property: Id(1)] string Name,
    [property: Id(2)] string Provider,
    [property: Id(3)] StringMap Parameters,
    [property: Id(4)] ImmutableArray<SecretObject> SecretObjects)
{
    /// <summary>Whether this is no object of the API but what a volume says of itself in its attributes: <see cref="InlineClass"/>.</summary>
    internal bool IsInline => Name.Length == 0;

    /// <summary>How it is called in messages.</summary>
    internal string Title => IsInline ? "the volume" : $"SecretProviderClass {Namespace}/{Name}";

    /// <summary>metadata.creationTimestamp; null where the class is not the API server's. Says nothing about what the class wants, so it is of no account for <see cref="Equals(SecretProviderClass)"/>.</summary>
    [Id(5)]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Whether all that the class wants is equal, entry by entry.</summary>
    public bool Equals(SecretProviderClass? other)
        => other is not null && Namespace == other.Namespace && Name == other.Name && Provider == other.Provider
            && Parameters.Equals(other.Parameters) && SecretObjects.AsSpan().SequenceEqual(other.SecretObjects.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Namespace, Name, Provider, Parameters);
}

/// <summary>One entry of spec.secretObjects: a Kubernetes Secret to be made of files of the volume.</summary>
/// <param name="SecretName">The Secret's name.</param>
/// <param name="Type">The Secret's type, such as <c>Opaque</c> or <c>kubernetes.io/tls</c>.</param>
/// <param name="Labels">Labels for the Secret.</param>
/// <param name="Annotations">Annotations for the Secret.</param>
/// <param name="Data">Which file goes under which key.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.SecretObject")]
public sealed record SecretObject(
    [property: Id(0)] string SecretName,
    [property: Id(1)] string Type,
    [property: Id(2)] StringMap Labels,
    [property: Id(3)] StringMap Annotations,
    [property: Id(4)] ImmutableArray<SecretObjectData> Data)
{
    /// <summary>Whether all fields are equal, entry by entry.</summary>
    public bool Equals(SecretObject? other)
        => other is not null && SecretName == other.SecretName && Type == other.Type && Labels.Equals(other.Labels)
            && Annotations.Equals(other.Annotations) && Data.AsSpan().SequenceEqual(other.Data.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SecretName, Type, Labels, Annotations);
}

/// <summary>One entry of spec.secretObjects[].data.</summary>
/// <param name="ObjectName">The path of the file, relative to the volume.</param>
/// <param name="Key">The key in the Secret.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.SecretObjectData")]
public readonly record struct SecretObjectData([property: Id(0)] string ObjectName, [property: Id(1)] string Key);
