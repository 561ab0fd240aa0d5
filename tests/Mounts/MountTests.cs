using System.Globalization;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Tests.Mounts;

/// <summary>A mount appears where it was asked for, with the options that keep a node safe, and nowhere else.</summary>
public sealed class MountTests
{
    [MountTheory]
    [InlineData(Privilege.Most)]
    [InlineData(Privilege.Least)]
    public void Mount_NothingThere_MakesAnEmptyTmpfs(Privilege privilege) => MountNamespace.Run(static () =>
    {
        var volume = TestVolume.Mounted();

        var mount = MountTable.At(volume.Target).Single();
        Assert.Equal(("tmpfs", "actorcsi"), (mount.Type, mount.Source));
        Assert.Subset(mount.Options, new HashSet<string> { "rw", "nosuid", "nodev", "noexec" });
        Assert.Subset(mount.SuperOptions, new HashSet<string> { "rw", "size=2048k", "nr_inodes=201", "mode=755" });
        Assert.Empty(Directory.EnumerateFileSystemEntries(volume.Target));
        Assert.Null(volume.Generation);
    }, privilege);

    [MountFact(Needs.Root)]
    public void Mount_KernelHasNoSwap_RefusesSwap() => MountNamespace.Run(static () =>
    {
        if (Environment.OSVersion.Version < new Version(6, 4))
            return; // the fallback is what Mount_NothingThere_MakesAnEmptyTmpfs then tests; a user namespace takes it on any kernel

        Assert.Contains("noswap", MountTable.At(TestVolume.Mounted().Target).Single().SuperOptions);
    });

    [MountTheory]
    [InlineData(0)]
    [InlineData(0x3F)] // 077
    public void Mount_AnyUmask_DirectoryIsForRootAndItsGroup(int umask) => MountNamespace.Run(static args =>
    {
        TestLibc.SetUMask(uint.Parse(args[0], CultureInfo.InvariantCulture));
        var volume = TestVolume.Mounted();
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(volume.Target)); // 0755: the tmpfs

        TestLibc.Unmount(volume.Target);

        Assert.Equal((UnixFileMode)0x1E8, File.GetUnixFileMode(volume.Target)); // 0750: what is under it
    }, [$"{umask}"]);

    [MountFact]
    public void Mount_DirectoryThere_KeepsItsMode() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        Directory.CreateDirectory(volume.Target, (UnixFileMode)0x1C0);

        volume.Tmpfs.Mount(volume.Target, TestVolume.Limits);
        TestLibc.Unmount(volume.Target);

        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(volume.Target));
    });

    [MountFact]
    public void Mount_TmpfsThereAlready_KeepsItAndItsFiles() => MountNamespace.Run(static () =>
    {
        var volume = TestVolume.With(TestVolume.File("a", "1"));

        volume.Tmpfs.Mount(volume.Target, TestVolume.Limits);

        Assert.Single(MountTable.At(volume.Target));
        Assert.Equal("1", volume.Read("a"));
    });

    [MountFact]
    public void Mount_ParentReachedThroughALink_Mounts() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        var kubelet = Path.Combine(MountNamespace.Scratch, "kubelet"); // many nodes have /var/lib/kubelet elsewhere
        File.CreateSymbolicLink(kubelet, Path.Combine(MountNamespace.Scratch, "pods"));

        volume.Tmpfs.Mount(Path.Combine(kubelet, "volume", "mount"), TestVolume.Limits);

        Assert.Equal(TargetState.Mounted, volume.State);
    });

    [MountTheory]
    [InlineData("file")]
    [InlineData("link")]
    [InlineData("link to nowhere")]
    [InlineData("other file system")]
    public void Mount_SomethingElseThere_RefusesAndLeavesIt(string what) => MountNamespace.Run(static args =>
    {
        var volume = new TestVolume();
        var elsewhere = Directory.CreateDirectory(Path.Combine(MountNamespace.Scratch, "elsewhere")).FullName;
        Place(args[0], volume.Target, elsewhere);
        var mounts = MountTable.Count;

        var refusal = Assert.Throws<VolumeException>(() => volume.Tmpfs.Mount(volume.Target, TestVolume.Limits));

        Assert.Equal(VolumeError.Invalid, refusal.Error);
        Assert.Contains(volume.Target, refusal.Message);
        Assert.Equal(mounts, MountTable.Count);
        Assert.Equal(TargetState.Foreign, volume.State);
    }, [what]);

    private static void Place(string what, string target, string elsewhere)
    {
        switch (what)
        {
            case "file":
                File.WriteAllText(target, "mine");
                break;
            case "link":
                File.CreateSymbolicLink(target, elsewhere);
                break;
            case "link to nowhere":
                File.CreateSymbolicLink(target, elsewhere + "/nowhere");
                break;
            default:
                Directory.CreateDirectory(target);
                TestLibc.BindAll("/proc", target);
                break;
        }
    }

    [MountTheory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("relative/mount")]
    [InlineData("/ends/with/")]
    [InlineData("/up/..")]
    [InlineData("/here/.")]
    [InlineData("/no/such/parent/mount")]
    public void Mount_PathThatIsNoTarget_IsInvalid(string path)
    {
        var refusal = Assert.Throws<VolumeException>(() => new LinuxTmpfs(TimeProvider.System).Mount(path, TestVolume.Limits));

        Assert.Equal(VolumeError.Invalid, refusal.Error);
        Assert.Contains($"\"{path}\"", refusal.Message);
    }

    [MountTheory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, 1)]
    public void Mount_NoLimit_IsABug(long size, long inodes)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new LinuxTmpfs(TimeProvider.System).Mount("/tmp/actorcsi-none/mount", new(size, inodes)));

    [MountFact(Needs.Root)]
    public void Mount_NotPermitted_SaysWhatIsNeededAndLeavesNoDirectory() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        VolumeException? refusal = null;
        var powerless = new Thread(() =>
        {
            TestLibc.DropCapabilities(); // of this thread
            refusal = Assert.Throws<VolumeException>(() => volume.Tmpfs.Mount(volume.Target, TestVolume.Limits));
        });
        powerless.Start();
        powerless.Join();

        Assert.Contains("CAP_SYS_ADMIN", refusal!.Message);
        Assert.Equal(TargetState.Absent, volume.State);
    });

    [MountFact]
    public void Probe_EachState_IsTold() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        Assert.Equal(TargetState.Absent, volume.Tmpfs.Probe(volume.Target + "/below/nothing"));
        Assert.Equal(TargetState.Absent, volume.State);
        Directory.CreateDirectory(volume.Target);
        Assert.Equal(TargetState.NotMounted, volume.State);
        TestLibc.BindAll("/proc", volume.Target);
        Assert.Equal(TargetState.Foreign, volume.State);
        TestLibc.Detach(volume.Target);
        volume.Tmpfs.Mount(volume.Target, TestVolume.Limits);
        Assert.Equal(TargetState.Mounted, volume.State);
    });

    [MountFact]
    public void Probe_DirectoryOnATmpfs_IsNotMounted() => MountNamespace.Run(static () =>
    {
        // a node may keep kubelet's whole directory in memory: being on a tmpfs is not being one
        var outer = TestVolume.Mounted("outer");
        var target = Directory.CreateDirectory(outer.At("mount")).FullName;

        Assert.Equal(TargetState.NotMounted, outer.Tmpfs.Probe(target));
        Assert.Equal(VolumeError.Internal, Assert.Throws<VolumeException>(() => outer.Tmpfs.Replace(target, [], null)).Error);
        outer.Tmpfs.Mount(target, TestVolume.Limits);
        Assert.Equal(TargetState.Mounted, outer.Tmpfs.Probe(target));
    });

    [MountFact]
    public void Probe_KernelThatDoesNotTellMountRoots_WouldSeeAnotherDeviceAbove() => MountNamespace.Run(static () =>
    {
        // what is asked before 5.8; here the two answers can be compared
        var volume = TestVolume.Mounted();
        Assert.True(DirectoryHandle.TryOpenPath(volume.Target, out var mounted));
        Assert.True(DirectoryHandle.TryOpenPath(Path.GetDirectoryName(volume.Target)!, out var plain));
        using (mounted)
        using (plain)
        {
            Assert.NotEqual(mounted.Status().Device, mounted.StatusAbove().Device);
            Assert.Equal(plain.Status().Device, plain.StatusAbove().Device);
        }
    });

    [MountFact]
    public void Usage_AfterFiles_CountsPagesAndInodes() => MountNamespace.Run(static () =>
    {
        var volume = TestVolume.Mounted();
        Assert.Equal(new TmpfsUsage(2 << 20, 0, 201, 1), volume.Tmpfs.Usage(volume.Target));

        volume.Replace(TestVolume.File("a", 1), TestVolume.File("b", Environment.SystemPageSize + 1));

        // two files, two links, ..data, the generation, the root
        Assert.Equal(new TmpfsUsage(2 << 20, 3 * Environment.SystemPageSize, 201, 7), volume.Tmpfs.Usage(volume.Target));
    });

    [MountFact]
    public void Usage_NotMounted_SaysSo() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        Assert.Contains("found nothing", Assert.Throws<VolumeException>(() => volume.Tmpfs.Usage(volume.Target)).Message);
    });
}
