using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorCsi.Embedded.Rpc;

/// <summary>The end of a call: status and trailing metadata.</summary>
internal static class StatusTrailers
{
    /// <summary>Writes them after the message if one was begun, else as the headers of a response without a body ("Trailers-Only").</summary>
    public static void Write(HttpResponse response, Status status, Metadata? trailers, bool bodyBegun)
    {
        if (trailers is not null && !MetadataHeaders.AreSendable(trailers, out var key))
        {
            status = new Status(StatusCode.Internal, $"The handler's trailer \"{key}\" is not printable ASCII, so the call's own status is lost.");
            trailers = null;
        }

        var destination = bodyBegun || response.HasStarted
            ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;

        destination.GrpcStatus = Protocol.StatusText(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
            destination.GrpcMessage = PercentEncoding.Encode(status.Detail);
        if (trailers is null)
            return;
        foreach (var entry in trailers)
        {
            if (!Protocol.IsOwnHeader(entry.Key))
                destination.Append(entry.Key, entry.WireValue);
        }
    }
}
