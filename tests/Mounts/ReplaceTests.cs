using System.Diagnostics;
using System.Globalization;
using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>A volume's content becomes exactly what was asked for, with the modes and the group that were asked for, or stays what it was.</summary>
public sealed class ReplaceTests
{
    [MountTheory]
    [InlineData(Privilege.Most)]
    [InlineData(Privilege.Least)]
    public void Replace_FirstFiles_ShowsThemAsKubeletsOwnVolumesDo(Privilege privilege) => MountNamespace.Run(static () =>
    {
        var volume = Mounted();

        var shown = volume.Replace(File("a", "1"), File("d/e/f", "2"), File("d/g", ""));

        Assert.True(shown.Changed);
        Assert.Matches(@"^\.\.\d{4}(_\d\d){5}\.\d{10}$", shown.Generation);
        Assert.Equal(shown.Generation, volume.Generation);
        Assert.True(volume.Tmpfs.Serves(volume.Target, shown.Generation));
        Assert.False(volume.Tmpfs.Serves(volume.Target, shown.Generation + "0"));
        Assert.Equal(ContentOf(File("a", "1"), File("d/e/f", "2"), File("d/g", "")), volume.Content());
        Assert.Equal(["a", "d"], volume.Visible());
        Assert.Equal([shown.Generation, "..data"], volume.Hidden());
        Assert.Equal("..data/a", new FileInfo(volume.At("a")).LinkTarget);
        Assert.Equal("..data/d", new FileInfo(volume.At("d")).LinkTarget);
        Assert.Equal(shown.Generation, new FileInfo(volume.At("..data")).LinkTarget);
    }, privilege);

    [MountFact]
    public void Replace_Again_ShowsTheNewAndKeepsTheOneBeforeUntilTidied() => MountNamespace.Run(static () =>
    {
        var volume = With(File("stays", "1"), File("goes", "1"), File("d/goes", "1"));
        var first = volume.Generation!;

        var second = volume.Replace(File("stays", "2"), File("comes", "2"), File("d/comes", "2"));

        var wanted = ContentOf(File("stays", "2"), File("comes", "2"), File("d/comes", "2"));
        Assert.Equal(wanted, volume.Content());
        Assert.Equal(new[] { first, second.Generation }.Order(StringComparer.Ordinal).Append("..data"), volume.Hidden());
        Assert.Equal("1", volume.Read($"{first}/goes")); // whoever was on the way finds what it was on the way to
        volume.Tidy();
        Assert.Equal([second.Generation, "..data"], volume.Hidden());
        Assert.Equal(wanted, volume.Content());
    });

    [MountFact]
    public void Replace_ManyTimes_KeepsTwoGenerations() => MountNamespace.Run(static () =>
    {
        var volume = Mounted();
        for (var i = 0; i < 20; i++)
            volume.Replace(File("a", $"{i}"));

        Assert.Equal(3, volume.Hidden().Length);
        Assert.Equal("19", volume.Read("a"));
    });

    [MountFact]
    public void Replace_SameAgain_WritesNothing() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1", 0x100), File("d/e", "2"), File("empty", ""));
        var generation = volume.Generation;
        TestLibc.MakeReadOnly(volume.Target); // from here on the kernel refuses every write

        var again = volume.Replace(File("empty", ""), File("d/e", "2"), File("a", "1", 0x100));

        Assert.Equal(new Replacement(generation!, Changed: false), again);
    });

    [MountFact]
    public void Replace_SameAgainAfterAnUpdate_RemovesTheGenerationBefore() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        volume.Replace(File("a", "2"));

        volume.Replace(File("a", "2"));

        Assert.Equal(2, volume.Hidden().Length);
    });

    [MountTheory]
    [InlineData("content")]
    [InlineData("length")]
    [InlineData("mode")]
    [InlineData("one more")]
    [InlineData("one less")]
    [InlineData("moved")]
    [InlineData("tampered with")]
    [InlineData("file added by the pod")]
    [InlineData("directory mode changed by the pod")]
    public void Replace_OneThingDiffers_MakesANewGeneration(string what) => MountNamespace.Run(static args =>
    {
        var volume = With(File("a", "1"), File("d/e", "2"));
        var generation = volume.Generation!;
        switch (args[0])
        {
            case "tampered with":
                System.IO.File.WriteAllText(volume.At("a"), "X");
                break;
            case "file added by the pod":
                System.IO.File.WriteAllText(volume.At("d/more"), "X");
                break;
            case "directory mode changed by the pod":
                System.IO.File.SetUnixFileMode(volume.At("d"), UnixFileMode.None);
                break;
        }
        Grains.Providers.SecretFile[] next = args[0] switch
        {
            "content" => [File("a", "X"), File("d/e", "2")],
            "length" => [File("a", "1"), File("d/e", "22")],
            "mode" => [File("a", "1", 0x180), File("d/e", "2")],
            "one more" => [File("a", "1"), File("d/e", "2"), File("d/f", "")],
            "one less" => [File("a", "1")],
            "moved" => [File("a", "1"), File("d/f", "2")],
            _ => [File("a", "1"), File("d/e", "2")],
        };

        var shown = volume.Replace(next);

        Assert.True(shown.Changed);
        Assert.NotEqual(generation, shown.Generation);
        Assert.Equal(ContentOf(next), volume.Content());
        Assert.False(volume.Replace(next).Changed);
    }, [what]);

    [MountTheory]
    [InlineData(0)]
    [InlineData(0x3F)] // 077
    public void Replace_AnyUmask_ModesAreExact(int umask) => MountNamespace.Run(static args =>
    {
        TestLibc.SetUMask(uint.Parse(args[0], CultureInfo.InvariantCulture));
        int[] modes = [0, 0x100, 0x180, 0x1A4, 0x1B6, 0x1FF];

        var volume = With([.. modes.Select(mode => File($"d/{mode}", "", mode))]);

        Assert.All(modes, mode => Assert.Equal((UnixFileMode)mode, System.IO.File.GetUnixFileMode(volume.At($"d/{mode}"))));
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(volume.At("d")));
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(volume.At(volume.Generation!)));
    }, [$"{umask}"]);

    [MountFact(Needs.Root)]
    public void Replace_FsGroup_ItsMembersMayReadAndOthersAsTheModeSays() => MountNamespace.Run(static () =>
    {
        var volume = Mounted();
        volume.ReplaceFor(2000, File("d/owner", "1", 0x100), File("d/all", "2", 0x1A4), File("d/none", "3", 0));
        MakeWayTo(volume);

        Assert.Equal("0:2000 440, 0:2000 644, 0:2000 40, 0:2000 755", Status(volume, "d/owner", "d/all", "d/none", "d"));
        Assert.Equal(["1", "2", "3"], ReadAs("2000", volume, "d/owner", "d/all", "d/none"));
        Assert.Equal(["refused", "2", "refused"], ReadAs("3000", volume, "d/owner", "d/all", "d/none"));

        var same = volume.ReplaceFor(2000, File("d/owner", "1", 0x100), File("d/all", "2", 0x1A4), File("d/none", "3", 0));
        Assert.False(same.Changed);
        var other = volume.ReplaceFor(null, File("d/owner", "1", 0x100), File("d/all", "2", 0x1A4), File("d/none", "3", 0));
        Assert.True(other.Changed);
        Assert.Equal("0:0 400, 0:0 644, 0:0 0, 0:0 755", Status(volume, "d/owner", "d/all", "d/none", "d"));
        Assert.Equal(["refused", "2", "refused"], ReadAs("2000", volume, "d/owner", "d/all", "d/none"));
    });

    [MountFact]
    public void Replace_GroupThatIsNone_IsInvalid() => MountNamespace.Run(static () =>
    {
        var volume = Mounted();
        Assert.Equal(VolumeError.Invalid, Assert.Throws<VolumeException>(() => volume.ReplaceFor(uint.MaxValue, File("a", ""))).Error);
    });

    [MountFact]
    public void Replace_NamesChangeKind_Follows() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"), File("b/c", "2"));

        volume.Replace(File("a/b", "3"), File("b", "4"));

        Assert.Equal(ContentOf(File("a/b", "3"), File("b", "4")), volume.Content());
    });

    [MountFact]
    public void Replace_NoFiles_ShowsNone() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));

        Assert.True(volume.Replace().Changed);

        Assert.Empty(volume.Visible());
        Assert.False(volume.Replace().Changed);
    });

    [MountFact]
    public void Replace_FilesThatAPluginWroteItself_AreReplacedAndTheOthersStay() => MountNamespace.Run(static () =>
    {
        var volume = Mounted();
        System.IO.File.WriteAllText(volume.At("file"), "plugin's");
        Directory.CreateDirectory(volume.At("directory/below/and/below"));
        System.IO.File.WriteAllText(volume.At("directory/below/file"), "plugin's");
        System.IO.File.CreateSymbolicLink(volume.At("link"), "other");
        System.IO.File.WriteAllText(volume.At("other"), "plugin's");

        var shown = volume.Replace(File("file", "ours"), File("directory", "ours"), File("link", "ours"));

        Assert.Equal(ContentOf(File("file", "ours"), File("directory", "ours"), File("link", "ours"), File("other", "plugin's")), volume.Content());
        Assert.Equal([shown.Generation, "..data"], volume.Hidden());
        volume.Replace(File("file", "ours"));
        Assert.Equal(["file", "other"], volume.Visible());
    });

    [MountFact]
    public void Replace_VolumeOfThePeer_GoesOnFromThere() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        Directory.CreateDirectory(volume.Target);
        TestLibc.Tmpfs(volume.Target);
        Directory.CreateDirectory(volume.At("..2026_01_02_03_04_05.123456789"));
        System.IO.File.WriteAllText(volume.At("..2026_01_02_03_04_05.123456789/a"), "theirs");
        System.IO.File.CreateSymbolicLink(volume.At("..data"), "..2026_01_02_03_04_05.123456789");
        System.IO.File.CreateSymbolicLink(volume.At("a"), "..data/a");
        System.IO.File.CreateSymbolicLink(volume.At("..data_tmp"), "..2025"); // what makes each of the peer's own later updates fail

        Assert.Equal("..2026_01_02_03_04_05.123456789", volume.Generation);
        var shown = volume.Replace(File("a", "ours"));
        volume.Tidy();

        Assert.Equal("ours", volume.Read("a"));
        Assert.Equal([shown.Generation, "..data"], volume.Hidden());
    });

    [MountFact]
    public void Replace_TimeAndChanceAreGiven_NameTheGeneration() => MountNamespace.Run(static () =>
    {
        var clock = new VirtualTime(new DateTimeOffset(2026, 10, 31, 23, 59, 58, TimeSpan.FromHours(2)));
        var volume = new TestVolume { Tmpfs = new LinuxTmpfs(clock, new Random(7)) };
        volume.Tmpfs.Mount(volume.Target, Limits);
        var expected = $"..2026_10_31_21_59_58.{new Random(7).NextInt64(10_000_000_000):D10}";

        Assert.Equal(expected, volume.Replace(File("a", "1")).Generation);

        // started again with the same seed in the same second: the name is taken
        var again = new TestVolume { Tmpfs = new LinuxTmpfs(clock, new Random(7)) };
        Assert.NotEqual(expected, again.Replace(File("a", "2")).Generation);
        Assert.Equal("2", volume.Read("a"));
    });

    [MountFact]
    public void Replace_BadFile_WritesNothing() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        var before = volume.Hidden();
        TestLibc.MakeReadOnly(volume.Target);

        Assert.Equal(VolumeError.Invalid, Assert.Throws<VolumeException>(() => volume.Replace(File("a", "2"), File("../b", "2"))).Error);

        Assert.Equal(before, volume.Hidden());
    });

    [MountFact]
    public void Replace_NothingMounted_FailsAndWritesNothing() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        Directory.CreateDirectory(volume.Target);

        Assert.Equal(VolumeError.Internal, Assert.Throws<VolumeException>(() => volume.Replace(File("a", "1"))).Error);

        Assert.Empty(Directory.EnumerateFileSystemEntries(volume.Target));
        Assert.Null(volume.Generation);
    });

    /// <summary>Lets every user reach the volume, as a container does by its own mount; on the node kubelet's directories are in the way.</summary>
    private static void MakeWayTo(TestVolume volume)
    {
        for (var above = Directory.GetParent(volume.Target)!; above.FullName.StartsWith(MountNamespace.Scratch, StringComparison.Ordinal); above = above.Parent!)
            above.UnixFileMode = (UnixFileMode)0x1ED;
    }

    private static string Status(TestVolume volume, params string[] names)
        => Run(["stat", "-L", "--format", "%u:%g %a", .. names.Select(volume.At)]).Trim().ReplaceLineEndings(", ");

    private static string[] ReadAs(string group, TestVolume volume, params string[] names)
        => [.. names.Select(name => Run(["setpriv", "--reuid=4711", "--regid=4711", $"--groups={group}", "cat", volume.At(name)]))];

    private static string Run(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : "refused";
    }
}
