using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>After an unmount nothing of ours is left, and nothing of anybody else's is lost.</summary>
public sealed class UnmountTests
{
    [MountTheory]
    [InlineData(Privilege.Most)]
    [InlineData(Privilege.Least)]
    public void Unmount_Volume_RemovesMountAndDirectory(Privilege privilege) => MountNamespace.Run(static () =>
    {
        var volume = With(File("a/b", "1"));

        volume.Tmpfs.Unmount(volume.Target);

        Assert.Equal(TargetState.Absent, volume.State);
        Assert.Empty(MountTable.At(volume.Target));
        Assert.True(Directory.Exists(Path.GetDirectoryName(volume.Target)));
    }, privilege);

    [MountFact]
    public void Unmount_NothingThere_IsNoFailure() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        volume.Tmpfs.Unmount(volume.Target);
        volume.Tmpfs.Unmount(volume.Target + "/below/nothing");

        Directory.CreateDirectory(volume.Target); // a mount that never came
        volume.Tmpfs.Unmount(volume.Target);

        Assert.Equal(TargetState.Absent, volume.State);
    });

    [MountFact]
    public void Unmount_SeveralMountsStacked_RemovesAll() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        TestLibc.Tmpfs(volume.Target);
        TestLibc.Tmpfs(volume.Target);
        Assert.Equal(3, MountTable.At(volume.Target).Count);

        volume.Tmpfs.Unmount(volume.Target);

        Assert.Empty(MountTable.At(volume.Target));
        Assert.Equal(TargetState.Absent, volume.State);
    });

    [MountFact]
    public void Unmount_SomebodyReadsAFile_GoesAwayAtOnceAndTheReaderReadsOn() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        using var reader = new StreamReader(volume.At("a"));

        volume.Tmpfs.Unmount(volume.Target);

        Assert.Empty(MountTable.At(volume.Target));
        Assert.Equal(TargetState.Absent, volume.State);
        Assert.Equal("1", reader.ReadToEnd());
    });

    [MountFact]
    public void Unmount_OneOfTwoTargets_LeavesTheOtherItsFiles() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        var second = new TestVolume("second");
        volume.Tmpfs.Bind(volume.Target, second.Target);

        volume.Tmpfs.Unmount(volume.Target);

        Assert.Equal("1", second.Read("a"));
        Assert.Equal(TargetState.Absent, volume.State);
    });

    [MountTheory]
    [InlineData("file")]
    [InlineData("other file system")]
    [InlineData("directory with a file")]
    public void Unmount_SomethingElseThere_RefusesAndLeavesIt(string what) => MountNamespace.Run(static args =>
    {
        var volume = new TestVolume();
        switch (args[0])
        {
            case "file":
                System.IO.File.WriteAllText(volume.Target, "mine");
                break;
            case "other file system":
                Directory.CreateDirectory(volume.Target);
                TestLibc.BindAll("/proc", volume.Target);
                break;
            default:
                Directory.CreateDirectory(volume.Target);
                System.IO.File.WriteAllText(volume.At("a"), "mine");
                break;
        }
        var before = (volume.State, MountTable.Count);

        var refusal = Assert.Throws<VolumeException>(() => volume.Tmpfs.Unmount(volume.Target));

        Assert.Equal(VolumeError.Invalid, refusal.Error);
        Assert.Contains(volume.Target, refusal.Message);
        Assert.Equal(before, (volume.State, MountTable.Count));
        Assert.True(Path.Exists(volume.Target));
    }, [what]);
}
