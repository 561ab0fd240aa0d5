using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>Every line the engine logs.</summary>
internal sealed partial class EngineLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Information, "Grain silo started: {Classes} grain classes")]
    public partial void Started(int classes);

    [LoggerMessage(2, LogLevel.Information, "Grain silo stopped")]
    public partial void Stopped();

    [LoggerMessage(3, LogLevel.Warning, "Grain {Grain} could not be activated")]
    public partial void ActivationFailed(GrainId grain, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Grain {Grain} failed while it was deactivated")]
    public partial void DeactivationFailed(GrainId grain, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "A timer of grain {Grain} failed; it ticks on")]
    public partial void TimerTickFailed(GrainId grain, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Reminder {Reminder} of grain {Grain} failed; it comes again after its period")]
    public partial void ReminderFailed(string reminder, GrainId grain, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The one-way call {Call} failed")]
    public partial void OneWayCallFailed(GrainCall call, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "The file {Path} is set aside as {Aside}, because {Fault}. What it held counts as missing")]
    public partial void RecordSetAside(string path, string fault, string aside);

    [LoggerMessage(9, LogLevel.Error, "The [MayInterleave] method of grain {Grain} failed; the call waits")]
    public partial void MayInterleaveFailed(GrainId grain, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "The silo stopped while {Activations} grains had not ended yet")]
    public partial void StoppedTooEarly(int activations);
}
