using System.Diagnostics;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>What a volume goes through.</summary>
public enum Step
{
    /// <summary>Mount and first files.</summary>
    Publish,

    /// <summary>From <see cref="Steps.Old"/> to <see cref="Steps.New"/>, where a plugin's own file has one of the new names.</summary>
    Update,

    /// <summary>After an update.</summary>
    Tidy,

    /// <summary>Unmount.</summary>
    Unpublish,
}

/// <summary>The steps in a volume's life, done in a process of their own that is interfered with, and what must hold afterwards.</summary>
internal static class Steps
{
    /// <summary>What readers see before.</summary>
    public static readonly SecretFile[] Old = [File("stays", "old"), File("goes", "old"), File("d/stays", "old"), File("d/goes", "old"), File("e/goes", "old")];

    /// <summary>What readers see after: one name more, one less, and one that a plugin's own file has.</summary>
    public static readonly SecretFile[] New = [File("stays", "new"), File("comes", "new"), File("d/stays", "new"), File("d/comes", "new"), File("taken", "new")];

    /// <summary>What was there before <see cref="Old"/>, and what comes when all is healed.</summary>
    public static readonly SecretFile[] Next = [File("stays", "next"), File("other", "next")];

    /// <summary>Does the step, traced, after it has been done once to another volume.</summary>
    public static void Do(string[] args)
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

    /// <summary>In a new process, after a step that ended badly: readers see a whole generation, each kind of next call finds nothing in its way and leaves nothing behind.</summary>
    public static void CheckAndHeal(string[] args)
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

    /// <summary>Want of room is found out before the swap, and what was written until then is taken back.</summary>
    public static void CheckUnchanged()
    {
        var volume = new TestVolume();
        Assert.Equal(ContentOf([.. Old, File("taken", "plugin's")]), volume.Content());
        foreach (var name in volume.Hidden().Where(name => name != "..data")) // the one before may be there still
            Assert.Contains(volume.ContentBelow(name), new[] { ContentOf(Old), ContentOf(Next) });
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
