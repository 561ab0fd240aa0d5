using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Cluster.Classes;

/// <summary>The API's SecretProviderClass as the driver's own. The API server has checked the types and pruned unknown fields; what is missing is empty.</summary>
internal static class ClassOfCluster
{
    public static SecretProviderClass Read(V1SecretProviderClass item) => new(
        item.Metadata.Namespace ?? "", item.Metadata.Name ?? "", item.Spec?.Provider ?? "", Map(item.Spec?.Parameters),
        [.. (item.Spec?.SecretObjects ?? []).Select(Read)])
    {
        CreatedAt = item.Metadata.CreationTimestamp,
    };

    private static SecretObject Read(V1SecretObject item) => new(
        item.SecretName ?? "", item.Type ?? "", Map(item.Labels), Map(item.Annotations),
        [.. (item.Data ?? []).Select(data => new SecretObjectData(data.ObjectName ?? "", data.Key ?? ""))]);

    private static StringMap Map(IReadOnlyDictionary<string, string?>? map)
        => map is null ? StringMap.Empty : new StringMap(map.Select(entry => KeyValuePair.Create(entry.Key, entry.Value ?? "")));
}
