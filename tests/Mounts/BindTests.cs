using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>A volume at two targets is one volume.</summary>
public sealed class BindTests
{
    [MountTheory]
    [InlineData(Privilege.Most)]
    [InlineData(Privilege.Least)]
    public void Bind_SecondTarget_ShowsTheSameFilesNowAndLater(Privilege privilege) => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        var second = new TestVolume("second");

        volume.Tmpfs.Bind(volume.Target, second.Target);

        Assert.Equal("1", second.Read("a"));
        Assert.Subset(MountTable.At(second.Target).Single().Options, new HashSet<string> { "nosuid", "nodev", "noexec" });
        volume.Replace(File("a", "2"));
        Assert.Equal("2", second.Read("a"));
        Assert.Equal(volume.Generation, second.Generation);
    }, privilege);

    [MountFact]
    public void Bind_AgainToTheSameTarget_DoesNothing() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        var second = new TestVolume("second");
        volume.Tmpfs.Bind(volume.Target, second.Target);

        volume.Tmpfs.Bind(volume.Target, second.Target);

        Assert.Single(MountTable.At(second.Target));
    });

    [MountFact]
    public void Bind_AnotherVolumeThere_Refuses() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        var second = Mounted("second");

        Assert.Equal(VolumeError.Invalid, Assert.Throws<VolumeException>(() => volume.Tmpfs.Bind(volume.Target, second.Target)).Error);

        Assert.Single(MountTable.At(second.Target));
    });

    [MountFact]
    public void Bind_NothingMounted_FailsAndLeavesNoDirectory() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        var second = new TestVolume("second");

        Assert.Equal(VolumeError.Internal, Assert.Throws<VolumeException>(() => volume.Tmpfs.Bind(volume.Target, second.Target)).Error);

        Assert.Equal(TargetState.Absent, second.State);
    });
}
