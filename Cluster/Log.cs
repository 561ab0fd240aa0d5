using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster;

/// <summary>What is logged of the cluster's API.</summary>
internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Warning, "the status object {Status} could not be written: {Why}; it is tried again")]
    public static partial void StatusNotWritten(ILogger log, string status, string why);

    [LoggerMessage(501, LogLevel.Warning, "the Secret {Secret} could not be brought up to date: {Why}; it is tried again")]
    public static partial void SecretNotWritten(ILogger log, string secret, string why);

    [LoggerMessage(502, LogLevel.Warning, "the Secret {Secret} of pod {Pod} is not made: {Fault}")]
    public static partial void SecretFault(ILogger log, string secret, PodIdentity pod, string fault);

    [LoggerMessage(503, LogLevel.Warning, "the owners of pod {Pod} could not be found out: {Why}; it is tried again")]
    public static partial void OwnersNotFound(ILogger log, PodIdentity pod, string why);

    [LoggerMessage(504, LogLevel.Debug, "an event {Reason} on pod {Pod} could not be sent: {Why}; it is tried again")]
    public static partial void EventNotSent(ILogger log, PodIdentity pod, string reason, string why);

    [LoggerMessage(505, LogLevel.Error, "{Volume}: what became of it could not be passed on")]
    public static partial void NoteFailed(ILogger log, string volume, Exception failure);

    [LoggerMessage(506, LogLevel.Information, "the Secret {Secret} is {What}, from {Volume} of pod {Pod}")]
    public static partial void SecretWritten(ILogger log, string secret, string what, string volume, PodIdentity pod);

    [LoggerMessage(650, LogLevel.Warning, "{What} cannot be followed, what was last seen of it counts: {Why}")]
    public static partial void OutOfTouch(ILogger log, string what, string why);

    [LoggerMessage(651, LogLevel.Information, "{What} is followed again")]
    public static partial void InTouch(ILogger log, string what);

    [LoggerMessage(652, LogLevel.Error, "{What} is not followed any more")]
    public static partial void NotFollowed(ILogger log, string what, Exception failure);

    [LoggerMessage(653, LogLevel.Error, "{ConfigMap} names no issuer: expected issuer-name, issuer-kind and issuer-group, none of them empty; {InForce} stays in force")]
    public static partial void IssuerRefused(ILogger log, string configMap, string inForce);

    [LoggerMessage(654, LogLevel.Information, "{ConfigMap}: {Issuer} issues for spiffe from now on")]
    public static partial void IssuerInForce(ILogger log, string configMap, string issuer);
}
