using System.Text.Json;

namespace ActorCsi.GrainEngine;

/// <summary>What the engine leaves to its host, beyond the options that Orleans itself has.</summary>
public sealed class GrainEngineOptions
{
    /// <summary>
    /// Where turns run that cannot run on their caller's thread. A simulation gives a scheduler that picks the next turn by a seeded random choice.
    /// </summary>
    public TaskScheduler Scheduler { get; set; } = TaskScheduler.Default;

    /// <summary>
    /// Whether the first turn of a call to an idle grain runs at once on the caller's thread, with no hop. Switched off, every turn goes through
    /// <see cref="Scheduler"/>, one at a time, which is what a simulation needs.
    /// </summary>
    public bool RunInline { get; set; } = true;

    /// <summary>How many calls may run inside each other on one thread's stack; deeper ones are queued.</summary>
    public int MaxInlineDepth { get; set; } = 16;

    /// <summary>How long a chain of grain calls, each waiting for the next, may be; beyond it a call fails with <c>LimitExceededException</c>.</summary>
    public int MaxCallDepth { get; set; } = 64;

    /// <summary>
    /// How many calls of one grain may be under way at once, running or waiting for their turn; beyond it a call fails with
    /// <c>LimitExceededException</c>. Calls whose callers gave up count until their turn comes.
    /// </summary>
    public int MaxPendingCalls { get; set; } = 10_000;

    /// <summary>
    /// The JSON contracts of grain states, for storages that are given none of their own: the options of a source-generated context. Null finds the
    /// contracts by reflection where that is available, and none where it is not.
    /// </summary>
    public JsonSerializerOptions? StateJson { get; set; }

    /// <summary>How many turns of one grain run before other grains get the thread. One when turns do not run inline, so that all orders are possible.</summary>
    internal int TurnsPerSlice => RunInline ? 64 : 1;
}
