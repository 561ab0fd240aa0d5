using Spectre.Console;

namespace ActorCsi.Silo.Operate;

/// <summary>What a cell's text means for whoever reads it.</summary>
internal enum Tone
{
    Plain,
    Good,
    Bad,
}

/// <summary>A cell, with or without colour.</summary>
internal readonly record struct TextCell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator TextCell(string text) => new(text);
}

/// <param name="Header">The word above.</param>
/// <param name="Least">How narrow the column may become where there is not enough room; 0 for one that keeps its width.</param>
internal readonly record struct TextColumn(string Header, int Least = 0);

/// <summary>
/// Rows under headers, one line each. On a terminal the columns that may give way do, the last of them first; in a pipe nothing is cut, and there are no colours.
/// </summary>
internal sealed class TextTable(params TextColumn[] columns)
{
    private const int Gap = 2;
    private const int NoLimit = int.MaxValue;

    private readonly List<TextColumn> _columns = [.. columns];
    private readonly List<List<TextCell>> _rows = [];

    public void AddColumns(params TextColumn[] columns) => _columns.AddRange(columns);

    public void AddRow(params TextCell[] cells) => _rows.Add([.. cells]);

    /// <summary>Further cells for the last row.</summary>
    public void ExtendRow(params TextCell[] cells) => _rows[^1].AddRange(cells);

    /// <summary>Writes the table where <paramref name="output"/> leads: to a terminal or not.</summary>
    public void Write(TextWriter output, bool isWide = false)
    {
        var isTerminal = Paper.IsTerminal(output);
        Write(output, isTerminal, isTerminal && !isWide ? Console.WindowWidth : NoLimit);
    }

    /// <summary>Writes the table in at most <paramref name="width"/> columns, if it can be made that narrow.</summary>
    public void Write(TextWriter output, bool hasColours, int width)
    {
        var console = Paper.Of(output, hasColours); // of any width: what has to be cut is cut here, in the middle of names and not into several lines
        var widths = Widths(width);
        var grid = new Grid();
        foreach (var _ in _columns)
            grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, Gap, 0) });
        grid.AddRow([.. _columns.Select((column, i) => new Text(Cut(column.Header, widths[i]), new Style(decoration: Decoration.Bold)))]);
        foreach (var row in _rows)
            grid.AddRow([.. row.Select((cell, i) => new Text(Cut(cell.Text, widths[i]), StyleOf(cell.Tone)))]);
        console.Write(grid);
    }

    private int[] Widths(int room)
    {
        var widths = _columns.Select((column, i) => _rows.Select(row => OneLine(row[i].Text).Length).Append(column.Header.Length).Max()).ToArray();
        var tooMuch = widths.Sum() + (Gap * (widths.Length - 1)) - room;
        for (var i = widths.Length - 1; i >= 0 && tooMuch > 0; i--)
        {
            if (_columns[i].Least == 0 || widths[i] <= _columns[i].Least)
                continue;
            var given = Math.Min(tooMuch, widths[i] - _columns[i].Least);
            widths[i] -= given;
            tooMuch -= given;
        }
        return widths;
    }

    /// <summary>Both ends of a name tell more than its middle: the ReplicaSet at one, the pod at the other.</summary>
    private static string Cut(string text, int width)
    {
        text = OneLine(text);
        if (text.Length <= width)
            return text;
        return text.Contains(' ', StringComparison.Ordinal)
            ? text[..(width - 1)] + "…"
            : $"{text[..(width / 2)]}…{text[(text.Length - width + (width / 2) + 1)..]}";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Bad => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
