using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using CsiUsage = Csi.V1.VolumeUsage;
using Unit = Csi.V1.VolumeUsage.Types.Unit;

namespace ActorCsi.Driver;

/// <summary>csi.v1.Node: what kubelet asks. Each call becomes one call to the volume's grain.</summary>
internal sealed class NodeService(IGrainFactory grains, CsiDriverOptions options, Border border, IPublishMetrics metrics, ILogger<NodeService> log) : Node.NodeBase
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
            VolumeSpec? spec = null;
            try
            {
                var publish = VolumeContext.Read(request);
                spec = publish.Spec;
                Log.Publishing(log, spec.VolumeId, spec.Pod, spec.ClassName);
                await Volume(spec.VolumeId).Publish(publish, cancellationToken);
                metrics.Published(spec, publish.TokenSource);
                return Published;
            }
            catch (Exception failure)
            {
                metrics.PublishFailed(spec, failure);
                throw;
            }
        });

    public override Task<NodeUnpublishVolumeResponse> NodeUnpublishVolume(NodeUnpublishVolumeRequest request, ServerCallContext context)
        => border.Answer(nameof(NodeUnpublishVolume), request.VolumeId, context, async _ =>
        {
            try
            {
                var (volumeId, target) = VolumeContext.Read(request);
                var volume = Volume(volumeId);
                await volume.Leave(); // a fetch in flight must not hold the pod's end up
                await volume.Unpublish(target, CancellationToken.None); // and what was announced comes, though the caller may have gone
                metrics.Unpublished();
                return Unpublished;
            }
            catch
            {
                metrics.UnpublishFailed();
                throw;
            }
        });

    public override Task<NodeGetVolumeStatsResponse> NodeGetVolumeStats(NodeGetVolumeStatsRequest request, ServerCallContext context)
        => border.Answer(nameof(NodeGetVolumeStats), request.VolumeId, context, async _ =>
        {
            var (volumeId, path) = VolumeContext.Read(request);
            var usage = await Volume(volumeId).Usage(path)
                ?? throw new VolumeException(VolumeError.NotFound, $"volume {volumeId} is not published at {path}");
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

    public override Task<NodeStageVolumeResponse> NodeStageVolume(NodeStageVolumeRequest request, ServerCallContext context)
        => throw border.NotOffered(nameof(NodeStageVolume), request.VolumeId, "staging");

    public override Task<NodeUnstageVolumeResponse> NodeUnstageVolume(NodeUnstageVolumeRequest request, ServerCallContext context)
        => throw border.NotOffered(nameof(NodeUnstageVolume), request.VolumeId, "staging");

    public override Task<NodeExpandVolumeResponse> NodeExpandVolume(NodeExpandVolumeRequest request, ServerCallContext context)
        => throw border.NotOffered(nameof(NodeExpandVolume), request.VolumeId, "expansion");

    private IVolumeGrain Volume(string volumeId) => grains.GetGrain<IVolumeGrain>(volumeId);

    private static NodeServiceCapability Capability(NodeServiceCapability.Types.RPC.Types.Type type) => new() { Rpc = new() { Type = type } };
}
