using Grpc.Core;
using Microsoft.Extensions.Logging;
using PluginRegistration.V1;

namespace ActorCsi.Driver;

/// <summary>
/// pluginregistration.Registration: how kubelet comes to know the driver. Newer kubelets ask again every 10 s and drop a plugin that is
/// silent twice, so it is answered for ever.
/// </summary>
internal sealed class RegistrationService(CsiDriverOptions options, ILogger<RegistrationService> log) : Registration.RegistrationBase
{
    private volatile string? _fault = "kubelet has not registered the driver yet";

    /// <summary>Why the driver is not registered; null when it is, and when a sidecar sees to it.</summary>
    public string? Fault => options.RegistrationSocketPath is null ? null : _fault;

    public override Task<PluginInfo> GetInfo(InfoRequest request, ServerCallContext context) => Task.FromResult(new PluginInfo
    {
        Type = "CSIPlugin",
        Name = options.DriverName,
        Endpoint = options.KubeletEndpointPath ?? options.SocketPath,
        SupportedVersions = { "1.0.0" }, // of the plugin interface, not of CSI; kubelet takes nothing below 1.0
    });

    public override Task<RegistrationStatusResponse> NotifyRegistrationStatus(RegistrationStatus request, ServerCallContext context)
    {
        _fault = request.PluginRegistered ? null : $"kubelet refuses to register the driver: {request.Error}";
        if (request.PluginRegistered)
            Log.Registered(log);
        else
            Log.RegistrationRefused(log, request.Error); // kubelet tries again by itself
        return Task.FromResult(new RegistrationStatusResponse());
    }
}
