using Microsoft.Extensions.Logging;

namespace ActorCsi.Silo.Serve;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "--state-dir {Directory} is on a disk, so tokens and secrets are not kept in it: after a restart, volumes whose provider needs them are refreshed only when kubelet has published them again. A directory in memory (tmpfs), as /run is, keeps them")]
    public static partial void StateOnDisk(ILogger log, string directory);
}
