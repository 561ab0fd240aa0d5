using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Every line the server logs. Details and exceptions come from handlers, which answer for what they put there.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method}: the handler threw.")]
    public static partial void HandlerThrew(this ILogger logger, string method, Exception exception);

    [LoggerMessage(2, LogLevel.Debug, "{Method} ended with {StatusCode}: {Detail}")]
    public static partial void CallFailed(this ILogger logger, string method, StatusCode statusCode, string detail);

    [LoggerMessage(3, LogLevel.Debug, "{Method} was cancelled by its caller.")]
    public static partial void CallCancelled(this ILogger logger, string method);

    [LoggerMessage(4, LogLevel.Debug, "{Method} passed its deadline.")]
    public static partial void DeadlinePassed(this ILogger logger, string method);

    [LoggerMessage(5, LogLevel.Error, "{Method}: a callback on the call's cancellation threw.")]
    public static partial void CancellationCallbackThrew(this ILogger logger, string method, Exception exception);

    [LoggerMessage(6, LogLevel.Information, "Refused: {Reason}")]
    public static partial void RequestRefused(this ILogger logger, string reason);

}
