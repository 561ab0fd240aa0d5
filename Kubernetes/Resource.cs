using System.Text.Json.Serialization.Metadata;

namespace ActorCsi.Kubernetes;

/// <summary>A collection of the API: where it is, what is in it, and how that is written. One constant for each; those used here are in <see cref="Resources"/>.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">Such as <c>v1</c>.</param>
/// <param name="Plural">The resource's name in paths and in RBAC rules, such as <c>secrets</c>.</param>
/// <param name="Kind">The objects' kind.</param>
/// <param name="IsNamespaced">Whether the objects are in namespaces.</param>
/// <param name="Json">How the objects are written.</param>
public sealed record Resource<T>(string Group, string Version, string Plural, string Kind, bool IsNamespaced, JsonTypeInfo<T> Json)
    where T : KubernetesObject
{
    /// <summary>What stands in an object's apiVersion.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of the collection, or of one object, without a leading slash.</summary>
    internal string Path(string? @namespace, string? name = null, string? subresource = null)
    {
        if (IsNamespaced && name is not null && string.IsNullOrEmpty(@namespace))
            throw new ArgumentException($"{Plural} are in namespaces: say in which", nameof(@namespace));
        var path = Group.Length == 0 ? $"api/{Version}/" : $"apis/{Group}/{Version}/";
        if (IsNamespaced && !string.IsNullOrEmpty(@namespace))
            path += $"namespaces/{Part(@namespace)}/";
        path += Plural;
        if (name is not null)
            path += $"/{Part(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <summary>The object with the apiVersion and kind of this resource.</summary>
    internal T Named(T item) => (T)(item with { ApiVersion = ApiVersion, Kind = Kind });

    /// <inheritdoc/>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>One part of a path. A name that is none must not lead elsewhere.</summary>
    private static string Part(string name)
        => name is "" or "." or ".." ? throw new ArgumentException($"'{name}' is no name of an object", nameof(name)) : Uri.EscapeDataString(name);
}
