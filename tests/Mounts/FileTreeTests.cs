using ActorCsi.Grains.Tmpfs;
using FsCheck;
using FsCheck.Fluent;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>Files are laid out the same whatever order they come in, or refused before anything is written.</summary>
public sealed class FileTreeTests
{
    [Fact]
    public void Of_NestedFiles_GivesFoldersParentsFirst()
    {
        var tree = FileTree.Of([File("b/c/d", "1"), File("a", "2"), File("b/e", "3")]);

        Assert.Equal(["", "b", "b/c"], tree.Folders.Select(folder => folder.Path));
        Assert.Equal(["b", "a"], tree.TopNames);
        Assert.Equal(["c", "e"], tree.Folders[1].Names);
        Assert.Equal(["d"], tree.Folders[2].Names);
    }

    [Fact]
    public void Of_NoFiles_IsAnEmptyGeneration()
    {
        var tree = FileTree.Of([]);

        Assert.Empty(Assert.Single(tree.Folders).Names);
        Assert.Equal(2, tree.Inodes);
        Assert.Equal(0, tree.BytesInPagesOf(4096));
    }

    [Fact]
    public void Of_SamePathTwice_LastWins()
    {
        var file = Assert.Single(FileTree.Of([File("a", "old", 0x180), File("a", "new", 0x100)]).Folders[0].Files);

        Assert.Equal(("new", 0x100), (file.Content.ExposeText(), file.Mode));
    }

    [Theory]
    [InlineData("a", "a/b")]
    [InlineData("a/b/c/d", "a/b")]
    [InlineData("a-", "a/b", "a", "a.c")] // names that sort between a file and what would be in it
    public void Of_FileThatIsADirectoryToo_IsInvalid(params string[] paths)
    {
        var refusal = Assert.Throws<VolumeException>(() => FileTree.Of([.. paths.Select(path => File(path, ""))]));

        Assert.Equal(VolumeError.Invalid, refusal.Error);
        Assert.Matches("\"(a|a/b)\" is also a directory", refusal.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0x200)]
    [InlineData(0x81A4)] // what stat(2) would say of a 0644 file
    public void Of_ModeBeyondPermissions_IsInvalid(int mode)
        => Assert.Equal(VolumeError.Invalid, Assert.Throws<VolumeException>(() => FileTree.Of([File("a", "", mode)])).Error);

    [Fact]
    public void Of_BadPath_NamesPathAndRule()
    {
        var refusal = Assert.Throws<VolumeException>(() => FileTree.Of([File("good", "secret"), File("../bad", "secret")]));

        Assert.Equal(VolumeError.Invalid, refusal.Error);
        Assert.Equal("the file path \"../bad\" has a part that is '..': it must stay inside the volume", refusal.Message);
    }

    [Fact]
    public void Of_FilesSoDeepThatTheyExhaustMemory_IsFull()
    {
        var deep = string.Join('/', Enumerable.Repeat("d", 2000));
        var files = Enumerable.Range(0, 100).Select(i => File($"{i}/{deep}", "")).ToArray();

        Assert.Equal(VolumeError.Full, Assert.Throws<VolumeException>(() => FileTree.Of([.. files])).Error);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4096)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 8192)]
    public void BytesInPagesOf_OneFile_CountsWholePages(int length, long bytes)
        => Assert.Equal(bytes, FileTree.Of([File("a", length)]).BytesInPagesOf(4096));

    [Theory]
    [InlineData(120, 0)] // "..data/" and a name: 127 bytes
    [InlineData(121, 4096)]
    public void BytesInPagesOf_LongName_CountsThePageOfItsLink(int length, long bytes)
        => Assert.Equal(bytes, FileTree.Of([File(new string('n', length), 0)]).BytesInPagesOf(4096));

    [Fact]
    public void Of_AnyOrder_GivesTheSameTree()
    {
        var names = Gen.Elements("a", "b", "a/x", "a/y", "a/y/z", "b.c", "c/d", "c/e/f", "c/e/g");
        var orders = (from chosen in names.NonEmptyListOf()
                      let paths = chosen.Distinct().ToArray()
                      from shuffled in Gen.Shuffle(paths)
                      select (paths, shuffled)).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(orders, pair => Describe(pair.paths) == Describe(pair.shuffled)));
    }

    private static string Describe(IEnumerable<string> paths)
    {
        try
        {
            var tree = FileTree.Of([.. paths.Select(path => File(path, path))]);
            return string.Join('|', tree.Folders.Select(folder => $"{folder.Path}:{string.Join(',', folder.Names)}"));
        }
        catch (VolumeException refusal)
        {
            return refusal.Message;
        }
    }
}
