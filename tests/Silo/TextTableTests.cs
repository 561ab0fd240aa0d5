using ActorCsi.Silo.Operate;

namespace ActorCsi.Tests.Silo;

/// <summary>A table is readable where it is narrow, and whole where it is not looked at but read.</summary>
public sealed class TextTableTests
{
    private const int Terminal = 100;
    private const string Pod = "shop/frontend-7f9c6d4b5d-x2v4q";
    private const string Reason = "provider 'vault' did not answer within 30 s; the next try is due soon, and until then the files stay as they are";

    [Fact]
    public void Write_Narrow_EveryLineFitsAndTellsBothEndsOfANameAndTheBeginningOfAReason()
    {
        var lines = Lines(Terminal);

        Assert.All(lines, line => Assert.InRange(line.Length, 1, Terminal));
        Assert.Contains("provider 'vault'", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("…", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("shop/", lines[1], StringComparison.Ordinal);
        Assert.Contains("Stale", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Write_VeryNarrow_CutsNamesInTheMiddle()
        => Assert.StartsWith("shop/fronten…d4b5d-x2v4q  ", Lines(40)[1], StringComparison.Ordinal);

    [Fact]
    public void Write_Wide_CutsNothing()
    {
        var lines = Lines(1000);

        Assert.Contains(Pod, lines[1], StringComparison.Ordinal);
        Assert.EndsWith(Reason, lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TextOfSeveralLines_IsOneLine()
    {
        var table = new TextTable(new TextColumn("REASON"));
        table.AddRow("one\ntwo");

        Assert.Equal(["REASON", "one two"], Lines(table, Terminal));
    }

    [Fact]
    public void Write_NoColours_HasNoEscapes()
        => Assert.All(Lines(Terminal), line => Assert.DoesNotContain('\u001b', line));

    private static string[] Lines(int width)
    {
        var table = new TextTable(new("POD", Least: 24), new("STATE"), new("LAST ERROR", Least: 20));
        table.AddRow(Pod, new("Stale", Tone.Bad), Reason);
        return Lines(table, width);
    }

    private static string[] Lines(TextTable table, int width)
    {
        using var output = new StringWriter();
        table.Write(output, hasColours: false, width);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd())];
    }
}
