using ActorCsi.Protocol;
using Csi.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorCsi.Driver;

/// <summary>Asks Identity.Probe on the CSI socket as the livenessprobe sidecar does: over a connection of its own, and for three seconds at most.</summary>
internal sealed class CsiSocketCheck(CsiDriverOptions options, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = UnixSocket.Handler(options.SocketPath), DisposeHttpClient = true });
        using var bound = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        try
        {
            await new Identity.IdentityClient(channel).ProbeAsync(new(), cancellationToken: either.Token);
            return HealthCheckResult.Healthy();
        }
        catch (RpcException failure)
        {
            return HealthCheckResult.Unhealthy(bound.IsCancellationRequested
                ? $"{options.SocketPath} does not answer within {Patience.TotalSeconds} s"
                : $"{options.SocketPath} does not answer: {failure.StatusCode}");
        }
    }
}
