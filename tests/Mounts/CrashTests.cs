namespace ActorCsi.Tests.Mounts;

/// <summary>
/// Whatever system call a publish, an update, a tidying or an unpublish dies in, readers see a whole generation, and the next call, of any
/// kind, finds nothing in its way and leaves nothing behind.
/// </summary>
public sealed class CrashTests
{
    private const int Killed = 137;

    [MountTheory(Needs.Tracing)]
    [InlineData(Step.Publish, "mkdirat")]
    [InlineData(Step.Publish, "fchmodat")]
    [InlineData(Step.Publish, "mount")]
    [InlineData(Step.Publish, "openat")]
    [InlineData(Step.Publish, "fchown")]
    [InlineData(Step.Publish, "write")]
    [InlineData(Step.Publish, "fchmod")]
    [InlineData(Step.Publish, "symlinkat")]
    [InlineData(Step.Publish, "renameat")]
    [InlineData(Step.Update, "mkdirat")]
    [InlineData(Step.Update, "openat")]
    [InlineData(Step.Update, "fchown")]
    [InlineData(Step.Update, "write")]
    [InlineData(Step.Update, "fchmod")]
    [InlineData(Step.Update, "symlinkat")]
    [InlineData(Step.Update, "renameat")]
    [InlineData(Step.Update, "renameat2")]
    [InlineData(Step.Update, "unlinkat")]
    [InlineData(Step.Tidy, "renameat")]
    [InlineData(Step.Tidy, "unlinkat")]
    [InlineData(Step.Unpublish, "umount2")]
    [InlineData(Step.Unpublish, "unlinkat")]
    public void Step_KilledInAnyCall_ReadersSeeAWholeGenerationAndTheNextCallHeals(Step step, string call)
    {
        var kills = 0;
        while (KillInCall(step, call, kills + 1))
            kills++;
        Assert.True(kills > 0, $"{step} makes no call of {call}: the row tests nothing");
    }

    private static bool KillInCall(Step step, string call, int which)
    {
        using var inside = new MountNamespace();
        var end = Tracer.Run(inside, $"{call}:signal=KILL:when={which}", Steps.Do, $"{step}");
        Assert.True(end.ExitCode is 0 or Killed, end.Error);
        if (end.ExitCode == Killed)
            inside.Execute(Steps.CheckAndHeal, $"{step}");
        return end.ExitCode == Killed;
    }
}
