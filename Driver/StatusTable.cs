using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>
/// The one table from failures to gRPC codes. Which codes are final for kubelet (it then removes the mount directory and never sends an
/// unpublish) decides between neighbours: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED and UNAVAILABLE are not final
/// (kubernetes/kubernetes, pkg/volume/csi/csi_client.go, isFinalError).
/// </summary>
internal static class StatusTable
{
    // Without a default arm, a new VolumeError does not compile until it has a line here (CS8509). CS8524 is about numbers that have no name.
#pragma warning disable CS8524
    public static StatusCode Code(VolumeError error) => error switch
    {
        VolumeError.Invalid => StatusCode.InvalidArgument,
        VolumeError.NotFound => StatusCode.NotFound,
        VolumeError.TokenMissing => StatusCode.Unavailable,
        VolumeError.TokenRefused => StatusCode.Unauthenticated,
        VolumeError.ProviderUnavailable => StatusCode.Unavailable,
        VolumeError.ProviderThrottles => StatusCode.Unavailable,
        VolumeError.ProviderDenies => StatusCode.PermissionDenied,
        VolumeError.ProviderFailed => StatusCode.Internal,
        VolumeError.Busy => StatusCode.Aborted,
        VolumeError.PublishedDifferently => StatusCode.AlreadyExists,
        VolumeError.PublishedElsewhere => StatusCode.FailedPrecondition,
        VolumeError.Full => StatusCode.ResourceExhausted,
        VolumeError.GivenUp => StatusCode.Aborted, // not final: whoever still wants the volume asks again
        VolumeError.ClusterUnavailable => StatusCode.Unavailable,
        VolumeError.ProviderPending => StatusCode.Unavailable,
        VolumeError.Internal => StatusCode.Internal,
    };
#pragma warning restore CS8524
}
