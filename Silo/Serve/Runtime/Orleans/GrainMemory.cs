using ActorCsi.Cluster;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Grains.Providers.Vault;

namespace ActorCsi.Silo.Serve;

/// <summary>
/// Where grains keep what must survive a restart. This one for <c>GrainRuntime=Orleans</c>: the memory of the cluster's silos, which needs nothing beside
/// the packages. A volume whose silo is gone is taken over at kubelet's next publish, as one of another driver's is. Clusters that are to remember more put
/// a storage of Orleans' own here.
/// </summary>
internal static class GrainMemory
{
    public static ISiloBuilder UseGrainMemory(this ISiloBuilder silo, StateDirectory state) => silo
        .AddMemoryGrainStorage(VolumeGrain.StorageName)
        .AddMemoryGrainStorage(ClusterServices.StatusStorage)
        .AddMemoryGrainStorage(VaultLogins.StorageName)
        .AddMemoryGrainStorage(CertificateRequests.StorageName)
        .UseInMemoryReminderService();
}
