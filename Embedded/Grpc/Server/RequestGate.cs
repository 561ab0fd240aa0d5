using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Refuses, in HTTP's own terms, what is no gRPC call at all.</summary>
internal static class RequestGate
{
    public static bool Admit(HttpContext http, ILogger logger)
    {
        var request = http.Request;
        var response = http.Response;
        if (!HttpMethods.IsPost(request.Method))
        {
            response.Headers.Allow = HttpMethods.Post;
            return Refuse(StatusCodes.Status405MethodNotAllowed, "a gRPC call is a POST.");
        }

        if (!Protocol.IsGrpcContentType(request.ContentType))
        {
            response.Headers[HeaderNames.Accept] = Protocol.ContentType;
            return Refuse(StatusCodes.Status415UnsupportedMediaType, "the content-type of a gRPC call is application/grpc.");
        }

        if (HttpProtocol.IsHttp10(request.Protocol) || HttpProtocol.IsHttp11(request.Protocol))
            return Refuse(StatusCodes.Status426UpgradeRequired, "a gRPC call needs HTTP/2.");

        response.ContentType = Protocol.ContentType;
        return true;

        bool Refuse(int statusCode, string reason)
        {
            logger.RequestRefused(reason);
            response.StatusCode = statusCode;
            return false;
        }
    }
}
