using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using CsiUsage = Csi.V1.VolumeUsage;
using Unit = Csi.V1.VolumeUsage.Types.Unit;

namespace ActorCsi.Driver;

/// <summary>csi.v1.Node: what kubelet asks. Each call becomes one call to the volume's grain.</summary>
internal sealed class NodeService(IGrainFactory grains, CsiDriverOptions options, Border border, ILogger<NodeService> log) : Node.NodeBase
{
    private static readonly NodePublishVolumeResponse Published = new();
    private static readonly NodeUnpublishVolumeResponse Unpublished = new();

    private static readonly Task<NodeGetCapabilitiesResponse> Capabilities = Task.FromResult(new NodeGetCapabilitiesResponse
    {
        Capabilities =
        {
            Capability(NodeServiceCapability.Types.RPC.Types.Type.GetVolumeStats),
            Capability(NodeServiceCapability.Types.RPC.Types.Type.VolumeCondition),
            Capability(NodeServiceCapability.Types.RPC.Types.Type.VolumeMountGroup), // fsGroup is ours to apply: kubelet never does for read-only inline volumes
            Capability(NodeServiceCapability.Types.RPC.Types.Type.SingleNodeMultiWriter),
        },
    });

    public override Task<NodePublishVolumeResponse> NodePublishVolume(NodePublishVolumeRequest request, ServerCallContext context)
        => border.Answer(nameof(NodePublishVolume), request.VolumeId, context, async cancellationToken =>
        {
            var publish = VolumeContext.Read(request);
            Log.Publishing(log, nameof(NodePublishVolume), request.VolumeId, publish.Spec.Pod, publish.Spec.ClassName);
            await Volume(request.VolumeId).Publish(publish, cancellationToken);
            return Published;
        });

    public override Task<NodeUnpublishVolumeResponse> NodeUnpublishVolume(NodeUnpublishVolumeRequest request, ServerCallContext context)
        => border.Answer(nameof(NodeUnpublishVolume), request.VolumeId, context, async cancellationToken =>
        {
            VolumeContext.Require(request.VolumeId.Length > 0, "volume_id is empty");
            VolumeContext.RequireTarget(request.TargetPath, "target_path");
            var volume = Volume(request.VolumeId);
            await volume.Leave(); // a fetch in flight must not hold the pod's end up
            await volume.Unpublish(request.TargetPath, cancellationToken);
            return Unpublished;
        });

    public override Task<NodeGetVolumeStatsResponse> NodeGetVolumeStats(NodeGetVolumeStatsRequest request, ServerCallContext context)
        => border.Answer(nameof(NodeGetVolumeStats), request.VolumeId, context, async _ =>
        {
            VolumeContext.Require(request.VolumeId.Length > 0, "volume_id is empty");
            VolumeContext.Require(request.VolumePath.Length > 0, "volume_path is empty");
            var usage = await Volume(request.VolumeId).Usage(request.VolumePath)
                ?? throw new VolumeException(VolumeError.NotFound, $"volume {request.VolumeId} is not published at {request.VolumePath}");
            return new NodeGetVolumeStatsResponse
            {
                Usage =
                {
                    new CsiUsage { Unit = Unit.Bytes, Total = usage.TotalBytes, Used = usage.UsedBytes, Available = usage.TotalBytes - usage.UsedBytes },
                    new CsiUsage { Unit = Unit.Inodes, Total = usage.TotalInodes, Used = usage.UsedInodes, Available = usage.TotalInodes - usage.UsedInodes },
                },
                VolumeCondition = new VolumeCondition { Abnormal = usage.Stale is not null, Message = usage.Stale ?? "serving" },
            };
        });

    public override Task<NodeGetCapabilitiesResponse> NodeGetCapabilities(NodeGetCapabilitiesRequest request, ServerCallContext context) => Capabilities;

    public override Task<NodeGetInfoResponse> NodeGetInfo(NodeGetInfoRequest request, ServerCallContext context)
        => Task.FromResult(new NodeGetInfoResponse { NodeId = options.NodeId, MaxVolumesPerNode = options.MaxVolumesPerNode });

    public override Task<NodeStageVolumeResponse> NodeStageVolume(NodeStageVolumeRequest request, ServerCallContext context) => throw NotOffered("staging");

    public override Task<NodeUnstageVolumeResponse> NodeUnstageVolume(NodeUnstageVolumeRequest request, ServerCallContext context) => throw NotOffered("staging");

    public override Task<NodeExpandVolumeResponse> NodeExpandVolume(NodeExpandVolumeRequest request, ServerCallContext context) => throw NotOffered("expansion");

    private IVolumeGrain Volume(string volumeId) => grains.GetGrain<IVolumeGrain>(volumeId);

    private static RpcException NotOffered(string what) => new(new Status(StatusCode.Unimplemented, $"this driver has no {what}: see NodeGetCapabilities"));

    private static NodeServiceCapability Capability(NodeServiceCapability.Types.RPC.Types.Type type) => new() { Rpc = new() { Type = type } };
}
