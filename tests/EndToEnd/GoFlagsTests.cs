using ActorCsi.Silo.Serve;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>The peer's manifests start this program too.</summary>
public class GoFlagsTests
{
    [Theory]
    [InlineData("-v=5", "serve --v=5")]
    [InlineData("--v=5 -nodeid n", "serve --v=5 --nodeid n")]
    [InlineData("serve -endpoint=unix:///a", "serve --endpoint=unix:///a")]
    [InlineData("try -v", "try -v")]
    [InlineData("--version", "--version")]
    public void Translate_GoFlags_AreOurs(string given, string meant) => Assert.Equal(meant, string.Join(' ', GoFlags.Translate(given.Split(' '))));

    /// <summary>As a chart writes it whose value is empty.</summary>
    [Fact]
    public void Translate_NothingBehindTheEqualsSign_IsAnEmptyText()
        => Assert.Equal(["serve", "--metrics-addr", "", "--v=1"], GoFlags.Translate(["serve", "--metrics-addr=", "--v=1"]));
}
