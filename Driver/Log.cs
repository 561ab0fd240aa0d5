using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Driver;

/// <summary>What the CSI side logs. Requests appear by volume id only: they are full of secrets.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Driver} {Version} serves on {Socket} as node {Node}")]
    public static partial void Serving(ILogger log, string driver, string version, string socket, string node);

    [LoggerMessage(2, LogLevel.Warning, "{Rpc} {Volume} → {Code}: {Message}")]
    public static partial void Refused(ILogger log, string rpc, string volume, StatusCode code, string message);

    [LoggerMessage(3, LogLevel.Error, "{Rpc} {Volume} failed, internal error {Id}")]
    public static partial void Unforeseen(ILogger log, string rpc, string volume, string id, Exception failure);

    [LoggerMessage(4, LogLevel.Information, "kubelet has registered the driver")]
    public static partial void Registered(ILogger log);

    [LoggerMessage(5, LogLevel.Error, "kubelet refuses to register the driver: {Reason}")]
    public static partial void RegistrationRefused(ILogger log, string reason);

    [LoggerMessage(6, LogLevel.Warning, "the socket {Path} was removed or replaced; it is made again")]
    public static partial void SocketGone(ILogger log, string path);

    [LoggerMessage(7, LogLevel.Error, "the socket {Path} cannot be made again; the next try is in {Pause}")]
    public static partial void SocketFailed(ILogger log, string path, TimeSpan pause, Exception failure);

    [LoggerMessage(8, LogLevel.Debug, "NodePublishVolume {Volume} of pod {Pod}, class {Class}")]
    public static partial void Publishing(ILogger log, string volume, PodIdentity pod, string @class);

    [LoggerMessage(9, LogLevel.Information, "the socket {Path} is back")]
    public static partial void SocketBack(ILogger log, string path);
}
