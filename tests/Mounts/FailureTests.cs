namespace ActorCsi.Tests.Mounts;

/// <summary>Whatever system call fails, the step says so or manages without; want of room changes nothing; and the next call heals.</summary>
public sealed class FailureTests
{
    [MountTheory(Needs.Tracing)]
    [InlineData(Step.Publish, "mkdirat", "ENOSPC", VolumeError.Full)]
    [InlineData(Step.Publish, "mount", "ENOMEM", VolumeError.Full)]
    [InlineData(Step.Publish, "mount", "EIO", VolumeError.Internal)]
    [InlineData(Step.Publish, "symlinkat", "ENOSPC", VolumeError.Full)]
    [InlineData(Step.Update, "mkdirat", "ENOSPC", VolumeError.Full)]
    [InlineData(Step.Update, "openat", "EMFILE", VolumeError.Internal)]
    [InlineData(Step.Update, "write", "ENOSPC", VolumeError.Full)]
    [InlineData(Step.Update, "write", "EDQUOT", VolumeError.Full)]
    [InlineData(Step.Update, "fchown", "EINVAL", VolumeError.Internal)]
    [InlineData(Step.Update, "fchmod", "EIO", VolumeError.Internal)]
    [InlineData(Step.Update, "symlinkat", "ENOSPC", VolumeError.Full)]
    [InlineData(Step.Update, "renameat", "EIO", VolumeError.Internal)]
    [InlineData(Step.Update, "unlinkat", "EIO", VolumeError.Internal)]
    [InlineData(Step.Unpublish, "umount2", "EPERM", VolumeError.Internal)]
    public void Step_AnyCallFails_ItSaysSoOrManagesAndReadersSeeAWholeGeneration(Step step, string call, string errno, VolumeError error)
    {
        var failures = 0;
        while (FailInCall(step, call, errno, error, failures + 1))
            failures++;
        Assert.True(failures > 0, $"{step} makes no call of {call}: the row tests nothing");
    }

    private static bool FailInCall(Step step, string call, string errno, VolumeError error, int which)
    {
        using var inside = new MountNamespace();
        var end = Tracer.Run(inside, $"{call}:error={errno}:when={which}", Steps.Do, $"{step}");
        if (!end.WasInjected)
        {
            Assert.Equal(0, end.ExitCode);
            return false;
        }
        if (end.ExitCode != 0)
            Assert.Contains($"error is {error}", end.Error);
        if (error is VolumeError.Full)
            Assert.Equal(1, end.ExitCode);
        if (step is Step.Update && error is VolumeError.Full)
            inside.Execute(Steps.CheckUnchanged);
        inside.Execute(Steps.CheckAndHeal, $"{step}");
        return true;
    }
}
