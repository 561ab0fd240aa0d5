using Grpc.Core;
using Grpc.Health.V1;

namespace ActorCsi.Driver;

/// <summary>grpc.health.v1.Health: what answers, serves.</summary>
internal sealed class HealthService : Health.HealthBase
{
    private static readonly string[] Services = ["", "csi.v1.Identity", "csi.v1.Node"];

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        => Services.Contains(request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving })
            : throw new RpcException(new Status(StatusCode.NotFound, "no such service"));
}
