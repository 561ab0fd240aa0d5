using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>What fits once fits at every rotation; what does not fit is refused before anything is written.</summary>
public sealed class RoomTests
{
    private const int Page = 4096;

    [MountFact]
    public void Replace_ExactlyTheLimit_FitsAtEveryRotation() => MountNamespace.Run(static () =>
    {
        // four pages; and 3 files, 1 folder, 2 links, ..data, the generation
        var volume = Mounted(limits: new(4 * Page, 8));
        for (var i = 0; i < 4; i++)
            Assert.True(volume.Replace(File("a", (2 * Page) - i), File("d/e", 1), File("d/f", 1)).Changed);

        Assert.Equal(VolumeError.Full, Assert.Throws<VolumeException>(() => volume.Replace(File("a", 2 * Page), File("d/e", 1), File("d/f", Page + 1))).Error);
        Assert.Equal(VolumeError.Full, Assert.Throws<VolumeException>(() => volume.Replace(File("a", 0), File("d/e", 1), File("d/f", 1), File("d/g", 1))).Error);
    });

    [MountFact]
    public void Replace_LongNames_FitAtEveryRotation() => MountNamespace.Run(static () =>
    {
        var volume = Mounted(limits: new(4 * Page, 8));
        for (var i = 0; i < 4; i++)
            volume.Replace(File(new string((char)('a' + i), 255), 1), File(new string((char)('q' + i), 121), 1));

        Assert.Equal(2, volume.Visible().Length);
        Assert.Equal(VolumeError.Full, Assert.Throws<VolumeException>(() => volume.Replace(File(new string('x', 255), 1), File(new string('y', 255), Page + 1))).Error);
    });

    [MountFact]
    public void Replace_TooMuch_SaysNeedAndLimitAndKeepsTheOld() => MountNamespace.Run(static () =>
    {
        var volume = Mounted(limits: new(2 * Page, 10));
        volume.Replace(File("a", "old"));
        var before = volume.Hidden();

        var bytes = Assert.Throws<VolumeException>(() => volume.Replace(File("a", "new"), File("b", 2 * Page)));
        var inodes = Assert.Throws<VolumeException>(() => volume.Replace([.. Enumerable.Range(0, 5).Select(i => File($"{i}", ""))]));

        Assert.Equal((VolumeError.Full, VolumeError.Full), (bytes.Error, inodes.Error));
        Assert.Contains("take 12288 bytes and the volume's limit is 8192", bytes.Message);
        Assert.Contains("take 12 inodes", inodes.Message);
        Assert.Contains("limit is 10", inodes.Message);
        Assert.Equal(ContentOf(File("a", "old")), volume.Content());
        Assert.Equal(before, volume.Hidden());
    });

    [MountFact]
    public void Replace_ThePodFilledTheVolume_SaysSoAndKeepsTheOld() => MountNamespace.Run(static () =>
    {
        var volume = Mounted(limits: new(4 * Page, 20));
        volume.Replace(File("a", "old"));
        System.IO.File.WriteAllText(volume.At("pod's"), new string('x', 6 * Page));

        var refusal = Assert.Throws<VolumeException>(() => volume.Replace(File("a", 2 * Page)));

        Assert.Equal(VolumeError.Full, refusal.Error);
        Assert.Contains("only 4096 of the volume's 32768 are free", refusal.Message);
        Assert.Equal("old", volume.Read("a"));
        Assert.True(volume.Replace(File("a", Page)).Changed);
    });

    [MountFact]
    public void Replace_GenerationBeforeTakesTheRoom_IsRemovedFirst() => MountNamespace.Run(static () =>
    {
        var volume = Mounted(limits: new(4 * Page, 20));
        volume.Replace(File("a", 4 * Page));
        volume.Replace(File("a", (4 * Page) - 1)); // both are there now: the volume is full to the last page

        Assert.Equal(0, volume.Tmpfs.Usage(volume.Target) is var usage ? usage.TotalBytes - usage.UsedBytes : -1);
        Assert.True(volume.Replace(File("a", (4 * Page) - 2)).Changed);
    });

    [MountFact(Needs.Root)]
    public void Replace_UnlimitedVolumeOfAnotherDriver_Fits() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();
        Directory.CreateDirectory(volume.Target);
        TestLibc.Tmpfs(volume.Target, "size=0,nr_inodes=0");

        Assert.True(volume.Replace(File("a", 4 << 20)).Changed);
    });
}
