using System.Diagnostics;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>
/// Whatever system call a publish, an update, a tidying or an unpublish dies in or fails in, readers see a whole generation, and the next call, of any
/// kind, finds nothing in its way and leaves nothing behind.
/// </summary>
public sealed class CrashTests
{
    private const int Killed = 137;

    private static readonly SecretFile[] Old = [File("stays", "old"), File("goes", "old"), File("d/stays", "old"), File("d/goes", "old"), File("e/goes", "old")];
    private static readonly SecretFile[] New = [File("stays", "new"), File("comes", "new"), File("d/stays", "new"), File("d/comes", "new"), File("taken", "new")];
    private static readonly SecretFile[] Next = [File("stays", "next"), File("other", "next")];

    /// <summary>What a volume goes through.</summary>
    public enum Step
    {
        /// <summary>Mount and first files.</summary>
        Publish,

        /// <summary>From <see cref="Old"/> to <see cref="New"/>, where a plugin's own file has one of the new names.</summary>
        Update,

        /// <summary>After an update.</summary>
        Tidy,

        /// <summary>Unmount.</summary>
        Unpublish,
    }

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
        var (exitCode, error) = Tracer.Run(inside, $"{call}:signal=KILL:when={which}", Do, $"{step}");
        Assert.True(exitCode is 0 or Killed, error);
        if (exitCode == Killed)
            inside.Execute(CheckAndHeal, $"{step}");
        return exitCode == Killed;
    }

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
    [InlineData(Step.Unpublish, "umount2", "EPERM", VolumeError.Internal)]
    public void Step_AnyCallFails_SaysSoAndReadersSeeAWholeGeneration(Step step, string call, string errno, VolumeError error)
    {
        var failures = 0;
        while (FailInCall(step, call, errno, error, failures + 1))
            failures++;
        Assert.True(failures > 0, $"{step} makes no call of {call}: the row tests nothing");
    }

    private static bool FailInCall(Step step, string call, string errno, VolumeError error, int which)
    {
        using var inside = new MountNamespace();
        var (exitCode, told) = Tracer.Run(inside, $"{call}:error={errno}:when={which}", Do, $"{step}");
        if (exitCode == 0)
            return false;
        Assert.Contains($"error is {error}", told);
        inside.Execute(CheckAndHeal, $"{step}");
        return true;
    }

    /// <summary>Does the step, traced, after it has been done once to another volume.</summary>
    private static void Do(string[] args)
    {
        var step = Enum.Parse<Step>(args[0]);
        var rehearsal = new TestVolume("rehearsal");
        Prepare(step, rehearsal);
        Act(step, rehearsal);
        rehearsal.Tmpfs.Unmount(rehearsal.Target);

        var volume = new TestVolume();
        Prepare(step, volume);
        try
        {
            Tracer.RunTraced(() => Act(step, volume));
        }
        catch (VolumeException failure)
        {
            throw new InvalidOperationException($"error is {failure.Error}", failure);
        }
    }

    private static void Prepare(Step step, TestVolume volume)
    {
        if (step is Step.Publish)
            return;
        volume.Tmpfs.Mount(volume.Target, Limits);
        volume.Replace(Next);
        volume.Replace(Old);
        System.IO.File.WriteAllText(volume.At("taken"), "plugin's");
        if (step is not Step.Tidy)
            return;
        volume.Replace(New);
        System.IO.File.Delete(volume.At("comes")); // as a crash between the swap and the links leaves it
    }

    private static void Act(Step step, TestVolume volume)
    {
        switch (step)
        {
            case Step.Publish:
                volume.Tmpfs.Mount(volume.Target, Limits);
                volume.Replace(New);
                break;
            case Step.Update:
                volume.Replace(New);
                break;
            case Step.Tidy:
                volume.Tidy();
                break;
            case Step.Unpublish:
                volume.Tmpfs.Unmount(volume.Target);
                break;
        }
    }

    /// <summary>In a new process, after the crash.</summary>
    private static void CheckAndHeal(string[] args)
    {
        var volume = new TestVolume();
        if (volume.State is TargetState.Mounted)
        {
            CheckReaders(volume, isFirst: args[0] == nameof(Step.Publish));
            TidyACopy(volume);
        }

        volume.Tmpfs.Mount(volume.Target, Limits);
        volume.Replace(Next);
        var kept = volume.Visible().Contains("taken") ? [.. Next, File("taken", "plugin's")] : Next;
        Assert.Equal(ContentOf(kept), volume.Content());
        volume.Tidy();
        Assert.Equal([volume.Generation!, "..data"], volume.Hidden());

        volume.Tmpfs.Unmount(volume.Target);
        Assert.Equal(TargetState.Absent, volume.State);
        Assert.Empty(MountTable.At(volume.Target));
    }

    private static void CheckReaders(TestVolume volume, bool isFirst)
    {
        if (volume.Generation is null)
        {
            Assert.DoesNotContain(volume.Visible(), name => name != "taken");
            return;
        }

        // who resolves ..data
        var generation = volume.ContentBelow(volume.Generation);
        Assert.True(generation.SequenceEqual(ContentOf(Old)) || generation.SequenceEqual(ContentOf(New)), string.Join(' ', generation));
        var isNew = generation["stays"] == "new";

        // who opens by name
        foreach (var name in volume.Visible().Where(name => name != "taken"))
        {
            if (volume.CanOpen(name))
                Assert.Equal(Below(name, generation), volume.ContentAt(name));
            else
                Assert.True(isNew && Below(name, ContentOf(Old)).Any() && !Below(name, ContentOf(New)).Any(), $"{name} leads nowhere");
        }
        if (!isFirst) // of a first publish that died nobody was told
        {
            Assert.Superset(new HashSet<string> { "stays", "d" }, volume.Visible().ToHashSet());
            Assert.Contains(volume.Read("taken"), new[] { "plugin's", "new" });
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Below(string name, SortedDictionary<string, string> content)
        => content.Where(file => file.Key == name || file.Key.StartsWith(name + "/", StringComparison.Ordinal));

    /// <summary>The other way to heal, tried on a copy of what the crash left.</summary>
    private static void TidyACopy(TestVolume crashed)
    {
        var copy = Mounted("copy");
        using (var cp = Process.Start("cp", ["--archive", crashed.Target + "/.", copy.Target]))
            cp.WaitForExit();
        var before = crashed.Generation is null ? null : copy.ContentBelow(crashed.Generation);

        copy.Tidy();

        if (before is not null)
        {
            Assert.Equal([crashed.Generation!, "..data"], copy.Hidden());
            before.TryAdd("taken", "plugin's");
            Assert.Equal(before, copy.Content());
        }
        else
        {
            Assert.Empty(copy.Hidden());
        }
        copy.Tmpfs.Unmount(copy.Target);
    }
}
