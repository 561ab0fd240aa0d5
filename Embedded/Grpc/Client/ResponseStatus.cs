using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>The status that a server gave, in whichever place it gave it.</summary>
internal static class ResponseStatus
{
    /// <summary>The status in trailers or in headers, or null if there is none.</summary>
    public static Status? In(HttpHeaders headers)
    {
        if (Value(headers, Protocol.StatusHeader) is not { } text)
            return null;
        var detail = PercentEncoding.Decode(Value(headers, Protocol.MessageHeader) ?? "");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= (int)StatusCode.Unauthenticated
            ? new Status((StatusCode)code, detail)
            : new Status(StatusCode.Unknown, $"The server's grpc-status \"{text}\" is none of 0 to 16. {detail}");
    }

    /// <summary>
    /// The status of a response that is not gRPC's.
    /// https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md.
    /// </summary>
    public static Status OfHttp(HttpResponseMessage response)
    {
        var code = response.StatusCode switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new Status(
            code, $"The server answered HTTP {(int)response.StatusCode}, content-type \"{ContentType(response)}\", which is no gRPC response.");
    }

    /// <summary>A stream that ended well but said nothing: HTTP 200 maps to UNKNOWN in the same table.</summary>
    public static Status Missing => new(StatusCode.Unknown, "The server ended the call without a grpc-status.");

    public static string? ContentType(HttpResponseMessage response) => Value(response.Content.Headers, "content-type");

    private static string? Value(HttpHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
