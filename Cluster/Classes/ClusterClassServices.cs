using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Classes;

/// <summary>The cluster's classes, for the host.</summary>
public static class ClusterClassServices
{
    /// <summary>
    /// Adds the classes of the API server, under those of a directory if there is one. Comes after <see cref="ClassServices.AddDirectoryClasses"/>; the host adds
    /// <see cref="IKubernetes"/>.
    /// </summary>
    public static IServiceCollection AddClusterClasses(this IServiceCollection services)
    {
        services.AddSingleton(host => new ClusterClasses(
            host.GetRequiredService<IKubernetes>(), host.GetRequiredService<MountedClasses>(), new ReflectorOptions(),
            host.GetRequiredService<TimeProvider>(), host.GetRequiredService<ILogger<ClusterClasses>>()));
        services.AddHostedService(host => host.GetRequiredService<ClusterClasses>());
        return services.AddSingleton<IClassSource>(host => host.GetService<DirectoryClassSource>() is { } directory
            ? new LayeredClasses(directory, host.GetRequiredService<ClusterClasses>())
            : host.GetRequiredService<ClusterClasses>());
    }
}
