using System.Collections.Immutable;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Refresh;
using ActorCsi.Tests.Providers;

namespace ActorCsi.Tests.Refresh;

/// <summary>The marker changes exactly when the files do.</summary>
public sealed class ReloadMarkerTests
{
    private readonly Secret _key = ReloadMarker.NewKey();

    [Fact]
    public void NameFor_NotAskedFor_IsNull() => Assert.Null(ReloadMarker.NameFor(Requests.Volume));

    [Fact]
    public void NameFor_AskedFor_IsTheName()
        => Assert.Equal("generation", ReloadMarker.NameFor(Requests.Volume with { Attributes = new StringMap([new("actorcsi.io/reload-marker", "generation")]) }));

    [Fact]
    public void Add_SameFilesInAnyOrder_GivesTheSameMark() => Assert.Equal(Mark(_key, ("a", "1"), ("b", "2")), Mark(_key, ("b", "2"), ("a", "1")));

    [Theory]
    [InlineData("a", "2")]
    [InlineData("b", "1")]
    [InlineData("a1", "")]
    public void Add_OtherFiles_GiveAnotherMark(string path, string content) => Assert.NotEqual(Mark(_key, ("a", "1")), Mark(_key, (path, content)));

    [Fact]
    public void Add_AnotherKey_GivesAnotherMark() => Assert.NotEqual(Mark(_key, ("a", "1")), Mark(ReloadMarker.NewKey(), ("a", "1")));

    [Fact]
    public void Add_NameIsTaken_IsRefused()
        => Assert.Equal(VolumeError.Invalid, Assert.Throws<VolumeException>(() => ReloadMarker.Add(Files(("a", "1")), "a", _key)).Error);

    private static string Mark(Secret key, params (string, string)[] files) => ReloadMarker.Add(Files(files), "mark", key)[^1].Content.ExposeText();

    private static ImmutableArray<SecretFile> Files(params (string Path, string Content)[] files)
        => [.. files.Select(file => new SecretFile(file.Path, SecretFile.DefaultMode, Secret.FromText(file.Content)))];
}
