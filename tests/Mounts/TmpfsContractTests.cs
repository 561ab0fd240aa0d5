using ActorCsi.Fakes;
using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>
/// What volumes rely on, held by the real tmpfs and by the one in memory alike: a grain that is right on <see cref="MemoryTmpfs"/> is right on Linux.
/// </summary>
public sealed class TmpfsContractTests
{
    private static readonly Dictionary<string, Action<ITmpfs, string, string>> Promises = new()
    {
        ["Probe_NothingThere_IsAbsent"] = (tmpfs, target, _) =>
        {
            Assert.Equal(TargetState.Absent, tmpfs.Probe(target));
            Assert.Null(tmpfs.Generation(target));
            Assert.False(tmpfs.Serves(target, "..any"));
        },
        ["Mount_First_IsMountedAndEmpty"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            Assert.Equal(TargetState.Mounted, tmpfs.Probe(target));
            Assert.Null(tmpfs.Generation(target));
        },
        ["Mount_Again_KeepsWhatIsThere"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            var shown = tmpfs.Replace(target, [File("a", "1")], null);
            tmpfs.Mount(target, Limits);
            Assert.Equal("1", Read(tmpfs, target, "a"));
            Assert.Equal(shown.Generation, tmpfs.Generation(target));
        },
        ["Replace_NothingMounted_Fails"] = (tmpfs, target, _)
            => Assert.Equal(VolumeError.Internal, Assert.Throws<VolumeException>(() => tmpfs.Replace(target, [File("a", "1")], null)).Error),
        ["Replace_OtherFiles_ShowsThemAndNoOthers"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            var first = tmpfs.Replace(target, [File("a", "1"), File("d/b", "1")], null);
            var second = tmpfs.Replace(target, [File("a", "2"), File("c", "2")], null);
            Assert.True(first.Changed && second.Changed);
            Assert.NotEqual(first.Generation, second.Generation);
            Assert.True(tmpfs.Serves(target, second.Generation));
            Assert.Equal(("2", null, "2"), (Read(tmpfs, target, "a"), Read(tmpfs, target, "d/b"), Read(tmpfs, target, "c")));
        },
        ["Replace_SameFilesInAnotherOrder_ChangesNothing"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            var first = tmpfs.Replace(target, [File("a", "1"), File("b", "2")], 2000);
            Assert.Equal(first with { Changed = false }, tmpfs.Replace(target, [File("b", "2"), File("a", "1")], 2000));
        },
        ["Replace_OtherMode_IsANewGeneration"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1")], null);
            Assert.True(tmpfs.Replace(target, [File("a", "1", 0x180)], null).Changed);
        },
        ["Replace_OtherGroup_IsANewGeneration"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1")], null);
            Assert.True(tmpfs.Replace(target, [File("a", "1")], 2000).Changed);
        },
        ["Replace_PathTwice_TheLastCounts"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1"), File("a", "2")], null);
            Assert.Equal("2", Read(tmpfs, target, "a"));
        },
        ["Replace_NoFiles_ShowsNone"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1")], null);
            Assert.True(tmpfs.Replace(target, [], null).Changed);
            Assert.Null(Read(tmpfs, target, "a"));
            Assert.NotNull(tmpfs.Generation(target));
        },
        ["Tidy_AfterAReplace_ChangesNothingThatReadersSee"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Tidy(target);
            tmpfs.Replace(target, [File("a", "1")], null);
            var shown = tmpfs.Replace(target, [File("a", "2")], null);
            tmpfs.Tidy(target);
            tmpfs.Tidy(target);
            Assert.Equal(shown.Generation, tmpfs.Generation(target));
            Assert.Equal("2", Read(tmpfs, target, "a"));
        },
        ["Tidy_NothingMounted_Fails"] = (tmpfs, target, _) => Assert.Throws<VolumeException>(() => tmpfs.Tidy(target)),
        ["Bind_SecondTarget_IsTheSameVolume"] = (tmpfs, target, second) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1")], null);
            tmpfs.Bind(target, second);
            tmpfs.Bind(target, second);
            var shown = tmpfs.Replace(target, [File("a", "2")], null);
            Assert.Equal("2", Read(tmpfs, second, "a"));
            Assert.Equal(shown.Generation, tmpfs.Generation(second));
            tmpfs.Unmount(target);
            Assert.Equal(TargetState.Absent, tmpfs.Probe(target));
            Assert.Equal("2", Read(tmpfs, second, "a"));
        },
        ["Bind_NothingMounted_Fails"] = (tmpfs, target, second) =>
        {
            Assert.Equal(VolumeError.Internal, Assert.Throws<VolumeException>(() => tmpfs.Bind(target, second)).Error);
            Assert.Equal(TargetState.Absent, tmpfs.Probe(second));
        },
        ["Bind_AnotherVolumeThere_Refuses"] = (tmpfs, target, second) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Mount(second, Limits);
            Assert.Equal(VolumeError.Invalid, Assert.Throws<VolumeException>(() => tmpfs.Bind(target, second)).Error);
        },
        ["Unmount_Volume_LeavesNothing"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1")], null);
            tmpfs.Unmount(target);
            tmpfs.Unmount(target);
            Assert.Equal(TargetState.Absent, tmpfs.Probe(target));
            tmpfs.Mount(target, Limits);
            Assert.Null(tmpfs.Generation(target));
        },
        ["Read_FilesAsked_GivesThemInOrderAndNullForNone"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "1"), File("d/b", "2")], null);
            Assert.Equal(["2", null, "1"], tmpfs.Read(target, ["d/b", "none", "a"], 100).Select(file => file?.ExposeText()));
        },
        ["Read_MoreThanTheLimit_IsFull"] = (tmpfs, target, _) =>
        {
            tmpfs.Mount(target, Limits);
            tmpfs.Replace(target, [File("a", "12345"), File("b", "12345")], null);
            Assert.Equal(VolumeError.Full, Assert.Throws<VolumeException>(() => tmpfs.Read(target, ["a", "b"], 9)).Error);
            Assert.Equal(2, tmpfs.Read(target, ["a", "b"], 10).Length);
        },
        ["Usage_NothingMounted_Fails"] = (tmpfs, target, _) => Assert.Throws<VolumeException>(() => tmpfs.Usage(target)),
    };

    public static TheoryData<string> Names => [.. Promises.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Memory_Keeps(string promise) => Promises[promise](new MemoryTmpfs(new MemoryKernel()), "/pods/one/mount", "/pods/two/mount");

    [MountFact(Needs.Root)] // a group of one's own choice needs it
    public void Linux_KeepsAll() => MountNamespace.Run(static () =>
    {
        var broken = new List<string>(); // a namespace for each would be a process for each
        foreach (var (name, promise) in Promises)
        {
            try
            {
                promise(new LinuxTmpfs(TimeProvider.System), new TestVolume($"{name}-one").Target, new TestVolume($"{name}-two").Target);
            }
            catch (Exception failure)
            {
                broken.Add($"{name}: {failure}");
            }
        }
        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken));
    });

    private static string? Read(ITmpfs tmpfs, string target, string path) => tmpfs.Read(target, [path], 1000)[0]?.ExposeText();
}
