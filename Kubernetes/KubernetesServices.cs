using System.Diagnostics.Metrics;
using ActorCsi.Kubernetes.Access;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Kubernetes;

/// <summary>The client, for the host.</summary>
public static class KubernetesServices
{
    /// <summary>Adds <see cref="IKubernetes"/>, measured by the host's meters where it has any. The host adds a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddKubernetes(this IServiceCollection services, ClusterAccess access, KubernetesClientOptions? options = null)
        => services
            .AddSingleton(access)
            .AddSingleton<IKubernetes>(host => new KubernetesClient(
                access, (options ?? new()) with { Meters = host.GetService<IMeterFactory>() }, host.GetRequiredService<TimeProvider>()));
}
