using System.Text.Json;
using ActorCsi.Cluster.Events;
using ActorCsi.Cluster.Identities;
using ActorCsi.Cluster.Status;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Cluster;

/// <summary>What the driver does in a cluster's API, for the host.</summary>
public static class ClusterServices
{
    /// <summary>The grain storage that remembers which status objects were written. Nothing secret.</summary>
    public const string StatusStorage = PodStatusGrain.StorageName;

    /// <summary>How that storage writes its records.</summary>
    public static JsonSerializerOptions StatusJson { get; } = new() { TypeInfoResolver = PodStatusRecordJson.Default };

    /// <summary>
    /// Adds status objects, synced Secrets and events, and what providers ask of the API server; comes after the providers. The host adds <see cref="Kubernetes.IKubernetes"/>, the volumes' <see cref="Grains.Tmpfs.ITmpfs"/> and the grain storage
    /// <see cref="StatusStorage"/>.
    /// </summary>
    public static IServiceCollection AddClusterObjects(this IServiceCollection services, Action<ClusterOptions> configure)
    {
        services.Configure(configure);
        services.AddSingleton<IServiceAccounts, ServiceAccounts>();
        services.AddSingleton<INodeLabels, NodeLabels>();
        services.AddSingleton<EventBudget>();
        services.AddSingleton<ClusterObserver>();
        services.AddSingleton<IVolumeObserver>(provider => provider.GetRequiredService<ClusterObserver>());
        services.AddHostedService(provider => provider.GetRequiredService<ClusterObserver>());
        return services;
    }
}
