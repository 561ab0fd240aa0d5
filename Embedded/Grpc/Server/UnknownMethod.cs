using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Answers a call that nobody serves.</summary>
internal sealed class UnknownMethod(GrpcServer server)
{
    public Task InvokeAsync(HttpContext http)
    {
        // Not gRPC at all: a page that does not exist.
        if (!HttpMethods.IsPost(http.Request.Method) || !Protocol.IsGrpcContentType(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!RequestGate.Admit(http, server.Logger))
            return Task.CompletedTask;
        StatusTrailers.Write(
            http.Response, new Status(StatusCode.Unimplemented, $"The method {http.Request.Path} is not served here."), null, bodyBegun: false);
        return Task.CompletedTask;
    }
}
