using Csi.V1;
using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>
/// csi.v1.Controller, of which there is nothing: inline volumes are made and unmade on their node. Identity says so, and kubelet does not ask; csi-sanity
/// asks all the same before it looks at the node's part.
/// </summary>
internal sealed class ControllerService(Border border) : Controller.ControllerBase
{
    private static readonly Task<ControllerGetCapabilitiesResponse> NoCapabilities = Task.FromResult(new ControllerGetCapabilitiesResponse());

    public override Task<ControllerGetCapabilitiesResponse> ControllerGetCapabilities(ControllerGetCapabilitiesRequest request, ServerCallContext context)
        => NoCapabilities;

    public override Task<ValidateVolumeCapabilitiesResponse> ValidateVolumeCapabilities(ValidateVolumeCapabilitiesRequest request, ServerCallContext context)
        => border.Answer<ValidateVolumeCapabilitiesResponse>(nameof(ValidateVolumeCapabilities), request.VolumeId, context, _ =>
            throw new VolumeException(VolumeError.NotFound, $"there is no volume {VolumeContext.Read(request)} but inline ones, which are known to their nodes only"));
}
