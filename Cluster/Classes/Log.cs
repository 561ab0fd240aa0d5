using ActorCsi.Grains.Classes;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Classes;

/// <summary>What is logged of classes in the cluster. Never a parameter's value.</summary>
internal static partial class Log
{
    [LoggerMessage(650, LogLevel.Warning, "SecretProviderClass {Name} cannot be followed, what was last seen of it counts: {Why}")]
    public static partial void ClassOutOfTouch(ILogger log, ClassName name, string why);

    [LoggerMessage(651, LogLevel.Information, "SecretProviderClass {Name} is followed again")]
    public static partial void ClassInTouch(ILogger log, ClassName name);

    [LoggerMessage(652, LogLevel.Error, "SecretProviderClass {Name} is not followed any more")]
    public static partial void ClassNotFollowed(ILogger log, ClassName name, Exception failure);
}
