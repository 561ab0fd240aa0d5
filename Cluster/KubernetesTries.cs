using ActorCsi.Kubernetes;

namespace ActorCsi.Cluster;

/// <summary>Calls whose "no" is an answer and not a failure.</summary>
internal static class KubernetesTries
{
    /// <summary>Whether the server has understood and says no: the same call again would be answered in the same way.</summary>
    public static bool IsRefusal(this KubernetesException failure) => !failure.IsUnavailable && !failure.IsConflict && failure.Code != 401; // a token may be on its way

    /// <summary>The object; null when there is none.</summary>
    public static async Task<T?> TryGet<T>(this IKubernetes api, Resource<T> resource, string @namespace, string name, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return await api.Get(resource, @namespace, name, null, cancellationToken);
        }
        catch (KubernetesException answer) when (answer.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>The object as it was made; null when there is one of that name.</summary>
    public static async Task<T?> TryCreate<T>(this IKubernetes api, Resource<T> resource, T item, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return await api.Create(resource, item, null, cancellationToken);
        }
        catch (KubernetesException answer) when (answer.IsAlreadyExists)
        {
            return null;
        }
    }

    /// <summary>
    /// The object with everything that <paramref name="change"/> says; what is null in it stays as it is. Null when there is no such object, or when it is not in the
    /// version that the change names.
    /// </summary>
    public static Task<T?> TryChange<T>(this IKubernetes api, Resource<T> resource, T change, CancellationToken cancellationToken)
        where T : KubernetesObject
        => api.TryChange(resource, change.Metadata.Namespace!, change.Metadata.Name!, Patch.Merge(change, resource.Json), cancellationToken);

    /// <inheritdoc cref="TryChange{T}(IKubernetes, Resource{T}, T, CancellationToken)"/>
    public static async Task<T?> TryChange<T>(this IKubernetes api, Resource<T> resource, string @namespace, string name, Patch change, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return await api.Patch(resource, @namespace, name, change, null, cancellationToken);
        }
        catch (KubernetesException answer) when (answer.IsNotFound || answer.IsConflict)
        {
            return null;
        }
    }
}
