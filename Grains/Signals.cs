using System.Diagnostics;

namespace ActorCsi.Grains;

/// <summary>
/// The words of metrics and traces, and what may be in them: names of providers and closed sets. Never a value from a request, and never a pod, a
/// namespace or a class: a node sees thousands of them in its life, and each label value is kept for as long as the process runs.
/// </summary>
internal static class Signals
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "ActorCsi.Grains";

    public const string Provider = "provider";
    public const string Outcome = "outcome";
    public const string Reason = "reason";

    /// <summary>The outcome of what went well.</summary>
    public const string Ok = "ok";

    public static readonly ActivitySource Activities = new(Name);

    /// <summary>What came of it, in one word of a closed set.</summary>
    public static string OutcomeOf(Exception? failure) => failure switch
    {
        null => Ok,
        VolumeException told => told.Error.ToString(),
        OperationCanceledException => nameof(VolumeError.GivenUp),
        _ => nameof(VolumeError.Internal),
    };
}
