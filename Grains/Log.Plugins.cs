using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>What is logged of plugins.</summary>
internal static partial class Log
{
    [LoggerMessage(320, LogLevel.Information, "plugin {Name} at {Socket} is {Runtime} {RuntimeVersion}, protocol {Protocol}")]
    public static partial void PluginFound(ILogger log, string name, string socket, string runtime, string runtimeVersion, string protocol);

    [LoggerMessage(321, LogLevel.Debug, "plugin {Name} at {Socket} does not tell its version: {Code}")]
    public static partial void PluginWithoutVersion(ILogger log, string name, string socket, StatusCode code);
}
