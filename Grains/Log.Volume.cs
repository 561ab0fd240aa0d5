using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>What volumes log. Never a value that a provider or kubelet handed over as secret.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "{Volume} of pod {Pod} serves generation {Generation} from {Provider}, expires {ExpiresAt:u}")]
    public static partial void Served(ILogger log, string volume, PodIdentity pod, string provider, long generation, DateTimeOffset? expiresAt);

    [LoggerMessage(101, LogLevel.Warning, "{Volume} of pod {Pod} is stale ({Error}): {Reason}")]
    public static partial void Stale(ILogger log, string volume, PodIdentity pod, VolumeError error, string reason);

    [LoggerMessage(102, LogLevel.Information, "{Volume} of pod {Pod} is unpublished")]
    public static partial void Unpublished(ILogger log, string volume, PodIdentity pod);

    [LoggerMessage(103, LogLevel.Debug, "{Volume} of pod {Pod} is {State} after a restart, next refresh {RefreshAt:u}")]
    public static partial void Resumed(ILogger log, string volume, PodIdentity pod, VolumeState state, DateTimeOffset? refreshAt);

    [LoggerMessage(104, LogLevel.Warning, "{Volume} of pod {Pod} is not mounted at {Target} any more; it comes back with kubelet's next publish")]
    public static partial void Vanished(ILogger log, string volume, PodIdentity pod, string target);

    [LoggerMessage(105, LogLevel.Information, "{Volume} of pod {Pod} is taken over with what another driver mounted at {Target}")]
    public static partial void Adopted(ILogger log, string volume, PodIdentity pod, string target);

    [LoggerMessage(106, LogLevel.Error, "{Volume}: what a failed publish did could not be undone")]
    public static partial void NotUndone(ILogger log, string volume, Exception failure);

    [LoggerMessage(107, LogLevel.Error, "{Volume}: the record could not be written; after a restart the volume waits for kubelet's next publish")]
    public static partial void NotSaved(ILogger log, string volume, Exception failure);

    [LoggerMessage(108, LogLevel.Error, "{Volume}: a refresh failed in a way that nobody foresaw")]
    public static partial void RefreshBroke(ILogger log, string volume, Exception failure);

    [LoggerMessage(109, LogLevel.Information, "{Count} volumes resumed in {Milliseconds:0} ms")]
    public static partial void AllResumed(ILogger log, int count, double milliseconds);

    [LoggerMessage(110, LogLevel.Error, "{Volume} could not be resumed")]
    public static partial void NotResumed(ILogger log, string volume, Exception failure);

    [LoggerMessage(113, LogLevel.Warning, "noswap was refused (it needs Linux 6.4, outside user namespaces), so on a node with swap the files of volumes can be written to it; turn swap off, or encrypt it")]
    public static partial void SwapNotRefused(ILogger log);

    [LoggerMessage(111, LogLevel.Error, "{Volume}: the observer {Observer} failed; the volume is as it was")]
    public static partial void ObserverFailed(ILogger log, string volume, string observer, Exception failure);

    [LoggerMessage(112, LogLevel.Error, "{Volume}: whether its class is held could not be read; it is refreshed as if it were not")]
    public static partial void HoldNotRead(ILogger log, string volume, Exception failure);

    [LoggerMessage(130, LogLevel.Error, "{Volume}: is gone, and a provider could not be told; what it took out for the volume lives until its own end")]
    public static partial void NotReleased(ILogger log, string volume, Exception failure);

    [LoggerMessage(131, LogLevel.Error, "what providers had taken out before the restart could not be looked after")]
    public static partial void ProvidersNotResumed(ILogger log, Exception failure);

    [LoggerMessage(207, LogLevel.Warning, "volume {Volume} could not be told that its class, or what its provider gives, has changed")]
    public static partial void ChangeNotTold(ILogger log, string volume, Exception failure);
}
