using ActorCsi.Admin.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>What operators ask, over a socket in the state directory.</summary>
internal sealed class AdminService(IVolumeIndex index, IGrainFactory grains, Border border) : Admin.V1.Admin.AdminBase
{
    public override Task<ListVolumesResponse> ListVolumes(ListVolumesRequest request, ServerCallContext context)
        => border.Answer(nameof(ListVolumes), "", context, async cancellationToken =>
        {
            var volumes = new List<VolumeStatus>();
            foreach (var volumeId in await index.List())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await grains.GetGrain<IVolumeGrain>(volumeId).Inspect() is { } status)
                    volumes.Add(status);
            }
            return new ListVolumesResponse
            {
                Volumes =
                {
                    volumes.OrderBy(volume => volume.Pod.ToString(), StringComparer.Ordinal).ThenBy(volume => volume.VolumeId, StringComparer.Ordinal).Select(Describe),
                },
            };
        });

    private static Volume Describe(VolumeStatus status) => new()
    {
        VolumeId = status.VolumeId,
        State = status.State.ToString(),
        PodNamespace = status.Pod.Namespace,
        PodName = status.Pod.Name,
        ClassName = status.ClassName,
        Provider = status.Provider,
        Targets = { status.Targets },
        Generation = status.Generation,
        ServedAt = status.ServedAt?.ToTimestamp(),
        ExpiresAt = status.ExpiresAt?.ToTimestamp(),
        RefreshAt = status.RefreshAt?.ToTimestamp(),
        Reason = status.Reason ?? "",
    };
}
