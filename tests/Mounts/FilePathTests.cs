using System.Text;
using System.Text.RegularExpressions;
using ActorCsi.Grains.Tmpfs;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Mounts;

/// <summary>A path stays inside its volume, can be a name on Linux, and does not collide with the volume's own names.</summary>
public sealed partial class FilePathTests
{
    private const string Long = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"; // 127

    [Theory]
    [InlineData("a")]
    [InlineData("a/b/c.txt")]
    [InlineData(".hidden")]
    [InlineData("a/..b")]
    [InlineData("a/...")]
    [InlineData("a..")]
    [InlineData("with space/tab\t/new\nline")]
    [InlineData("späße/密码")]
    [InlineData(Long + "." + Long)] // 255
    public void BrokenRule_GoodPath_IsNone(string path) => Assert.Null(FilePath.BrokenRule(path));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("/", "absolute")]
    [InlineData("..", "'..'")]
    [InlineData("../a", "'..'")]
    [InlineData("a/..", "'..'")]
    [InlineData("a/../b", "'..'")]
    [InlineData("..data", "begins with '..'")]
    [InlineData("..a/b", "begins with '..'")]
    [InlineData("...", "begins with '..'")]
    [InlineData("a//b", "not clean")]
    [InlineData("a/", "not clean")]
    [InlineData("./a", "not clean")]
    [InlineData("a/./b", "not clean")]
    [InlineData(".", "not clean")]
    [InlineData("a\0b", "NUL")]
    [InlineData(Long + "." + Long + ".", "256 bytes")]
    [InlineData("a/" + Long + "ä" + Long, "256 bytes")] // 255 characters
    public void BrokenRule_BadPath_IsNamed(string path, string rule) => Assert.Contains(rule, FilePath.BrokenRule(path));

    [Fact] // attributes are stored as UTF-8, which cannot hold this
    public void BrokenRule_HalfASurrogatePair_IsNamed() => Assert.Contains("not valid Unicode", FilePath.BrokenRule("a\uD800b"));

    [Fact]
    public void BrokenRule_PathAtTheLimit_DecidesByBytes()
    {
        var path = string.Join('/', Enumerable.Repeat(Long, 32)); // 32 × 127 + 31 = 4095
        Assert.Null(FilePath.BrokenRule(path + "x"));
        Assert.Contains("4097 bytes", FilePath.BrokenRule(path + "xy"));
        Assert.Contains("4097 bytes", FilePath.BrokenRule(path + "ä"));
    }

    [Fact]
    public void BrokenRule_AnyPath_AgreesWithTheSystemsOwnNotionOfPaths()
    {
        var piece = Gen.Frequency(
            (6, Gen.Elements("a", "b", ".", "..", "/", "\0", "ä", "\uD83D\uDD11", "\uD83D", " ", "~", "-")),
            (2, Gen.Elements("..data", "//", "/./", "/../", "c.txt")),
            (1, Gen.Choose(120, 260).Select(length => new string('n', length))),
            (1, Gen.Choose(1, 20).Select(count => string.Concat(Enumerable.Repeat(new string('d', 250) + "/", count)))));
        var paths = piece.ArrayOf().Select(string.Concat).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(paths, path => FilePath.BrokenRule(path) is null == IsGood(path)));
    }

    /// <summary>
    /// The rules once more, from the other end: a path is good if resolving it inside some directory gives back that very path, if it says the
    /// same in bytes, and if no part of it is too long or its beginning taken.
    /// </summary>
    private static bool IsGood(string path)
    {
        const string Volume = "/volume/";
        return path.Length > 0 && !path.Contains('\0')
            && Path.GetFullPath(Volume + path) == Volume + path && !path.EndsWith('/') && path[0] != '/'
            && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(path)) == path
            && !TakenOrTooLong().IsMatch(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path)));
    }

    [GeneratedRegex(@"\A\.\.|[^/]{256}|\A[\s\S]{4097}")]
    private static partial Regex TakenOrTooLong();

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("two\nlines\u001b[31m", "\"two?lines?[31m\"")]
    public void Quote_AnyPath_IsOneShortLine(string path, string quoted) => Assert.Equal(quoted, FilePath.Quote(path));

    [Fact]
    public void Quote_LongPath_IsCut() => Assert.Equal(103, FilePath.Quote(new string('x', 5000)).Length);
}
