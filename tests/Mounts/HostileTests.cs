using ActorCsi.Grains.Tmpfs;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>
/// A container whose root may write to the volume can place anything in it. It can spoil its own volume until the next update; it cannot make
/// the driver, which is the node's root, read, write or remove anything outside, wait, or fall over.
/// </summary>
public sealed class HostileTests
{
    [MountTheory]
    [InlineData("/outside")]
    [InlineData("../outside")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("..data")]
    [InlineData("..gone")]
    [InlineData("..link-to-outside")]
    [InlineData("..link-to-outside/deeper")]
    public void Replace_DataLinkLeadsElsewhere_IsNotFollowed(string text) => MountNamespace.Run(static args =>
    {
        var outside = Outside();
        var volume = With(File("a", "1"));
        var text = args[0].StartsWith('/') ? outside : args[0];
        System.IO.File.CreateSymbolicLink(volume.At("..link-to-outside"), outside);
        System.IO.File.Delete(volume.At("..data"));
        System.IO.File.CreateSymbolicLink(volume.At("..data"), text);

        volume.Tidy();
        var shown = volume.Replace(File("a", "2"), File("deeper/a", "3"));

        Assert.Equal(ContentOf(File("a", "2"), File("deeper/a", "3")), volume.Content());
        Assert.Equal([shown.Generation, "..data"], volume.Hidden());
        AssertUntouched(outside);
    }, [text]);

    [MountFact]
    public void Replace_GenerationTurnedIntoALink_IsNotFollowed() => MountNamespace.Run(static () =>
    {
        var outside = Outside();
        var volume = With(File("a", "outside"), File("deeper/a", "outside"));
        Directory.Delete(volume.At(volume.Generation!), recursive: true);
        System.IO.File.CreateSymbolicLink(volume.At(volume.Generation!), outside); // which holds just these files

        Assert.True(volume.Replace(File("a", "outside"), File("deeper/a", "outside")).Changed);

        AssertUntouched(outside);
        Assert.Equal("outside", volume.Read("a"));
    });

    [MountFact]
    public void Replace_FolderTurnedIntoALink_IsNotFollowed() => MountNamespace.Run(static () =>
    {
        var outside = Outside();
        var volume = With(File("a", "outside"), File("deeper/a", "outside"));
        Directory.Delete(volume.At("..data/deeper"), recursive: true);
        System.IO.File.CreateSymbolicLink(volume.At("..data/deeper"), Path.Combine(outside, "deeper"));

        Assert.True(volume.Replace(File("a", "outside"), File("deeper/a", "outside")).Changed);
        volume.Tidy();

        AssertUntouched(outside);
        Assert.Null(new FileInfo(volume.At("..data/deeper")).LinkTarget);
    });

    [MountFact]
    public void Tidy_LeftoversThatAreLinks_RemovesTheLinksOnly() => MountNamespace.Run(static () =>
    {
        var outside = Outside();
        var volume = With(File("a", "1"));
        System.IO.File.CreateSymbolicLink(volume.At("..2020_01_01_00_00_00.1"), outside);
        Directory.CreateDirectory(volume.At("..2020_01_01_00_00_00.2/below"));
        System.IO.File.CreateSymbolicLink(volume.At("..2020_01_01_00_00_00.2/below/link"), outside);

        volume.Tidy();

        Assert.Equal([volume.Generation!, "..data"], volume.Hidden());
        AssertUntouched(outside);
    });

    [MountFact]
    public void Replace_FileTurnedIntoAPipe_DoesNotWait() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        System.IO.File.Delete(volume.At("..data/a"));
        TestLibc.MakePipe(volume.At("..data/a"));

        Assert.True(volume.Replace(File("a", "1")).Changed);
    });

    [MountFact]
    public void Replace_HelperNamesAreTakenByDirectories_TakesThemBack() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        foreach (var name in new[] { "..data_tmp", "..link.0", "..gone.0", "..gone.1" })
            Directory.CreateDirectory(volume.At($"{name}/one/two/three"));

        var shown = volume.Replace(File("a", "2"), File("b", "2"));
        volume.Tidy();

        Assert.Equal([shown.Generation, "..data"], volume.Hidden());
        Assert.Equal(ContentOf(File("a", "2"), File("b", "2")), volume.Content());
    });

    [MountFact]
    public void Replace_DataLinkTurnedIntoADirectory_TakesItBack() => MountNamespace.Run(static () =>
    {
        var volume = With(File("a", "1"));
        System.IO.File.Delete(volume.At("..data"));
        Directory.CreateDirectory(volume.At("..data/below"));

        volume.Replace(File("a", "2"));

        Assert.Equal("2", volume.Read("a"));
    });

    [MountFact]
    public void Tidy_DirectoriesNestedBeyondAnyStack_RemovesThem() => MountNamespace.Run(static () =>
    {
        const int Depth = 20_000;
        var volume = Mounted(limits: new(1 << 20, Depth));
        volume.Replace(File("a", "1"));
        Nest(volume.Target, Depth);

        volume.Tidy();

        Assert.Equal([volume.Generation!, "..data"], volume.Hidden());
        Assert.Equal("1", volume.Read("a"));
    });

    private static void Nest(string target, int depth)
    {
        Assert.True(DirectoryHandle.TryOpenPath(target, out var directory));
        for (var i = 0; i < depth; i++)
        {
            using var above = directory;
            above.TryMakeDirectory("..deep", 0x1ED);
            directory = above.Open("..deep");
        }
        directory.Dispose();
    }

    private static string Outside()
    {
        var outside = Directory.CreateDirectory(Path.Combine(MountNamespace.Scratch, "outside")).FullName;
        Directory.CreateDirectory(Path.Combine(outside, "deeper"));
        System.IO.File.WriteAllText(Path.Combine(outside, "a"), "outside");
        System.IO.File.WriteAllText(Path.Combine(outside, "deeper", "a"), "outside");
        return outside;
    }

    private static void AssertUntouched(string outside)
    {
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(outside, "*", SearchOption.AllDirectories).Count());
        Assert.Equal("outside", System.IO.File.ReadAllText(Path.Combine(outside, "a")));
        Assert.Equal("outside", System.IO.File.ReadAllText(Path.Combine(outside, "deeper", "a")));
    }
}
