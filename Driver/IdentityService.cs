using Csi.V1;
using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>csi.v1.Identity: asked by the livenessprobe and registrar sidecars; kubelet itself never does.</summary>
internal sealed class IdentityService(CsiDriverOptions options) : Identity.IdentityBase
{
    private static readonly Task<GetPluginCapabilitiesResponse> NoCapabilities = Task.FromResult(new GetPluginCapabilitiesResponse());

    /// <summary>This process serves. A provider that is down is no reason to restart the driver, so its health has no say here.</summary>
    private static readonly Task<ProbeResponse> Ready = Task.FromResult(new ProbeResponse { Ready = true });

    public override Task<GetPluginInfoResponse> GetPluginInfo(GetPluginInfoRequest request, ServerCallContext context)
        => Task.FromResult(new GetPluginInfoResponse
        {
            Name = options.DriverName,
            VendorVersion = CsiDriverOptions.Version,
            Manifest = { ["build"] = CsiDriverOptions.Build },
        });

    public override Task<GetPluginCapabilitiesResponse> GetPluginCapabilities(GetPluginCapabilitiesRequest request, ServerCallContext context) => NoCapabilities;

    public override Task<ProbeResponse> Probe(ProbeRequest request, ServerCallContext context) => Ready;
}
