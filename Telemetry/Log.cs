using Microsoft.Extensions.Logging;

namespace ActorCsi.Telemetry;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "metrics and health are at http://{Address}")]
    public static partial void Listening(ILogger log, string address);

    [LoggerMessage(2, LogLevel.Warning, "metrics and health cannot be at {Address} now ({Reason}); the next try is in {Pause}. Volumes are served all the same")]
    public static partial void NotListening(ILogger log, string address, string reason, TimeSpan pause);

    [LoggerMessage(3, LogLevel.Error, "some metrics could not be read")]
    public static partial void NotObserved(ILogger log, Exception failure);

    [LoggerMessage(4, LogLevel.Error, "the instrument {Instrument} of {Meter} is not shown: there is another one called {Metric}")]
    public static partial void NameTaken(ILogger log, string meter, string instrument, string metric);

    [LoggerMessage(5, LogLevel.Information, "the driver is ready")]
    public static partial void Ready(ILogger log);

    [LoggerMessage(6, LogLevel.Warning, "the driver is not ready: {Reasons}")]
    public static partial void NotReady(ILogger log, string reasons);

    [LoggerMessage(7, LogLevel.Information, "metrics and traces go to {Endpoint} (OTLP)")]
    public static partial void Exporting(ILogger log, Uri endpoint);
}
