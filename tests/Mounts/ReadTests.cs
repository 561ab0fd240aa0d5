using System.Diagnostics;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>What readers of a volume see can be read back for a synced Secret: files of one generation, bounded, and nothing that a pod could put in their way.</summary>
public sealed class ReadTests
{
    private const int Plenty = 1 << 20;

    [MountFact]
    public void Read_SomePaths_GivesThemInOrderAndNullForTheOthers() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"), File("d/e", "2"), File("empty", ""));

        Assert.Equal<string?>(["2", null, "1", "", null, null], Texts(volume, "d/e", "gone", "a", "empty", "d", "d/gone/x"));
    });

    [MountFact]
    public void Read_AfterReplace_GivesTheNewGeneration() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"), File("old", "1"));
        volume.Replace(File("a", "2"));

        Assert.Equal<string?>(["2", null], Texts(volume, "a", "old"));
    });

    [MountFact]
    public void Read_FilesThatAPluginWroteItself_AreFoundAtTheRoot() => MountNamespace.Run(static () =>
    {
        var volume = Mounted();
        System.IO.File.WriteAllText(volume.At("a"), "plugin");

        Assert.Equal<string?>(["plugin"], Texts(volume, "a"));
    });

    [MountTheory]
    [InlineData("../../outside")]
    [InlineData("/etc/hostname")]
    [InlineData("..data/a")]
    [InlineData("d/../a")]
    [InlineData("")]
    [InlineData("d//e")]
    public void Read_PathThatNoFileCanHave_GivesNull(string path) => MountNamespace.Run(static args =>
    {
        var volume = With(File("a", "1"), File("d/e", "2"));

        Assert.Equal<string?>([null], Texts(volume, args[0]));
    }, [path]);

    [MountFact]
    public void Read_ThingsThatAPodPutThere_GivesNullAndDoesNotWait() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"), File("d/e", "2"), File("pipe", "3"));
        var outside = Path.Combine(MountNamespace.Scratch, "outside");
        Directory.CreateDirectory(outside);
        System.IO.File.WriteAllText(Path.Combine(outside, "e"), "outside");
        foreach (var name in (string[])["..data/a", "..data/pipe"])
            System.IO.File.Delete(volume.At(name));
        System.IO.File.CreateSymbolicLink(volume.At("..data/a"), Path.Combine(outside, "e"));
        Directory.Delete(volume.At("..data/d"), recursive: true);
        System.IO.File.CreateSymbolicLink(volume.At("..data/d"), outside);
        using (var mkfifo = Process.Start("mkfifo", [volume.At("..data/pipe")]))
            mkfifo.WaitForExit();

        Assert.Equal<string?>([null, null, null], Texts(volume, "a", "d/e", "pipe"));
    });

    [MountFact]
    public void Read_MoreThanTheLimit_IsRefused() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", 600), File("b", 400), File("c", 1));

        Assert.Equal(1000, volume.Tmpfs.Read(volume.Target, ["a", "b"], 1000).Sum(file => file!.Length));
        var refusal = Assert.Throws<VolumeException>(() => volume.Tmpfs.Read(volume.Target, ["a", "b", "c"], 1000));
        Assert.Equal(VolumeError.Full, refusal.Error);
    });

    [MountFact]
    public void Read_NothingMounted_Fails() => MountNamespace.Run(static () =>
    {
        var volume = new TestVolume();

        Assert.Throws<VolumeException>(() => volume.Tmpfs.Read(volume.Target, ["a"], Plenty));
    });

    private static IEnumerable<string?> Texts(TestVolume volume, params string[] paths)
        => volume.Tmpfs.Read(volume.Target, [.. paths], Plenty).Select(file => file?.ExposeText());
}
