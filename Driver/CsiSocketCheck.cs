using ActorCsi.Protocol;
using Csi.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorCsi.Driver;

/// <summary>Asks Identity.Probe on the CSI socket as the livenessprobe sidecar does: over a connection of its own, and for three seconds at most.</summary>
internal sealed class CsiSocketCheck(CsiDriverOptions options) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = UnixSocket.Handler(options.SocketPath), DisposeHttpClient = true });
        try
        {
            await new Identity.IdentityClient(channel).ProbeAsync(new(), deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RpcException failure)
        {
            return HealthCheckResult.Unhealthy($"{options.SocketPath} does not answer: {failure.StatusCode}");
        }
    }
}
