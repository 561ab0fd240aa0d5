using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>The status of a call that the transport broke off.</summary>
internal static class TransportFailure
{
    public static Status StatusOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
                return new Status(CodeOf(protocol.ErrorCode), $"The server broke the call off: HTTP/2 error {protocol.ErrorCode}.", exception);
        }

        // Nothing listens there, the connection was lost, or what answered does not speak HTTP/2: another try may find a server.
        return exception is HttpRequestException or IOException
            ? new Status(StatusCode.Unavailable, $"The connection to the server failed: {exception.GetBaseException().Message}", exception)
            : new Status(StatusCode.Internal, $"The call failed: {exception.GetType().Name}.", exception);
    }

    // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Errors; numbers of RFC 9113 section 7.
    private static StatusCode CodeOf(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
