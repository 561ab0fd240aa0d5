using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gate;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorCsi.Grains;

/// <summary>What the volume and session grains need of the host.</summary>
public static class GrainServices
{
    /// <summary>
    /// Adds what the grains share. The host adds <see cref="Tmpfs.ITmpfs"/>, <see cref="IClassSource"/>, <see cref="IProviderCatalog"/>,
    /// the grain storage <see cref="VolumeGrain.StorageName"/> and a reminder service; and an <see cref="IVolumeObserver"/> for each who wants to be told.
    /// </summary>
    public static IServiceCollection AddVolumes(this IServiceCollection services)
    {
        services.AddOptions<VolumeOptions>();
        services.AddOptions<ProviderLimits>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<ProviderMetrics>();
        services.AddSingleton<VolumeMetrics>();
        services.AddSingleton<IPublishMetrics>(host => host.GetRequiredService<VolumeMetrics>());
        services.AddSingleton<IVolumeObserver>(host => host.GetRequiredService<VolumeMetrics>());
        services.AddSingleton<ProviderGates>();
        services.AddSingleton<MountedClasses>();
        services.AddSingleton<IVolumeObserver>(host => host.GetRequiredService<MountedClasses>());
        services.AddHostedService<ChangeFollower>();
        services.AddSingleton<VolumeObservers>();
        services.AddSingleton<IVolumeIndex, VolumeIndex>();
        services.AddSingleton<ResumeVolumes>();
        return services;
    }
}
