using ActorCsi.Grains.Classes;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>What is logged of SecretProviderClass files. Never a parameter's value.</summary>
internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Error, "class file {File}: {Fault}")]
    public static partial void ClassFileFault(ILogger log, string file, ClassFault fault);

    [LoggerMessage(201, LogLevel.Error, "class file {File} is refused for its faults; {Count} classes of its last good version stay in force")]
    public static partial void ClassFileRefused(ILogger log, string file, int count);

    [LoggerMessage(202, LogLevel.Warning, "class file {File}: {Field}; it is passed over")]
    public static partial void ClassFieldPassedOver(ILogger log, string file, ClassFault field);

    [LoggerMessage(203, LogLevel.Information, "class file {File} read, {Count} classes")]
    public static partial void ClassFileRead(ILogger log, string file, int count);

    [LoggerMessage(204, LogLevel.Error, "class file {Twin}")]
    public static partial void ClassTwice(ILogger log, string twin);

    [LoggerMessage(205, LogLevel.Error, "the classes in {Directory} cannot be listed: {Why}; the last ones stay in force")]
    public static partial void ClassesNotListed(ILogger log, string directory, string why);

    [LoggerMessage(206, LogLevel.Error, "the classes in {Directory} could not be read; the last good ones stay in force")]
    public static partial void ClassesNotRead(ILogger log, string directory, Exception failure);
}
