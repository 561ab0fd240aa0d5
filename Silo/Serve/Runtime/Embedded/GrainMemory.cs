using ActorCsi.Cluster;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Grains.Providers.Vault;

namespace ActorCsi.Silo.Serve;

/// <summary>Where grains keep what must survive a restart. This one for <c>GrainRuntime=Embedded</c>: files in the state directory.</summary>
internal static class GrainMemory
{
    public static ISiloBuilder UseGrainMemory(this ISiloBuilder silo, StateDirectory state) => silo
        .AddFileGrainStorage(VolumeGrain.StorageName, storage =>
        {
            storage.Directory = state.In("volumes");
            storage.SerializerOptions = VolumeRecordJson.Options(secretsToo: state.IsInMemory);
        })
        .AddFileGrainStorage(ClusterServices.StatusStorage, storage =>
        {
            storage.Directory = state.In("statuses");
            storage.SerializerOptions = ClusterServices.StatusJson;
        })
        .AddFileGrainStorage(VaultLogins.StorageName, storage =>
        {
            storage.Directory = state.In("vault-logins");
            storage.SerializerOptions = VaultLogins.RecordOptions(secretsToo: state.IsInMemory);
        })
        .AddFileGrainStorage(CertificateRequests.StorageName, storage =>
        {
            storage.Directory = state.In("certificate-requests");
            storage.SerializerOptions = CertificateRequests.RecordOptions(secretsToo: state.IsInMemory);
        })
        .UseFileReminderService(reminders => reminders.Directory = state.In("reminders"));
}
