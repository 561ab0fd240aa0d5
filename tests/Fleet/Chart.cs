using System.Globalization;
using System.Text;

namespace ActorCsi.Tests.Fleet;

/// <summary>Requests a second over time, on a logarithmic scale: the fleet's, the peer's, the floor.</summary>
internal static class Chart
{
    private const int Width = 960;
    private const int Height = 360;
    private const int Left = 56;
    private const int Bottom = 40;
    private const int Top = 48;
    private const int Columns = 96;

    private static readonly char[] Blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

    /// <summary>A picture for documents.</summary>
    public static string ToSvg(Report report, Scenario scenario)
    {
        var (low, high) = Decades(report);
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""");
        svg.AppendLine("""<rect width="100%" height="100%" fill="white"/>""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="20" font-size="14">{scenario.Name}: requests a second at the store, {scenario.Pods:N0} pods × {scenario.Objects} objects</text>""");
        for (var decade = low; decade <= high; decade++)
        {
            var y = Y(Math.Pow(10, decade), low, high);
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{Left}" x2="{Width - 16}" y1="{y:0.#}" y2="{y:0.#}" stroke="#ddd"/><text x="{Left - 8}" y="{y + 4:0.#}" text-anchor="end">{Math.Pow(10, decade):0.####}</text>""");
        }
        for (var eighth = 0; eighth <= 8; eighth++)
        {
            var x = Left + ((Width - 16 - Left) * eighth / 8.0);
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{x:0.#}" y="{Height - 16}" text-anchor="middle">{scenario.Length.TotalHours * eighth / 8:0.##} h</text>""");
        }
        foreach (var happening in scenario.Events.Where(happening => happening.For > TimeSpan.Zero))
        {
            var (from, to) = (X(happening.At, scenario), X(happening.End, scenario));
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<rect x="{from:0.#}" y="{Top}" width="{to - from:0.#}" height="{Height - Top - Bottom}" fill="#f6c" opacity="0.15"/><text x="{from:0.#}" y="{Top + 12}" fill="#a06">{happening.What}</text>""");
        }
        Curve(svg, "the peer", report.Peer, "#c33", 0, low, high);
        Curve(svg, "ActorCsi", report.Ours, "#06c", 1, low, high);
        Curve(svg, "the floor", report.Floor, "#393", 2, low, high);
        return svg.AppendLine("</svg>").ToString();
    }

    /// <summary>The same for a terminal.</summary>
    public static string ToText(Report report)
    {
        var (low, high) = Decades(report);
        var text = new StringBuilder();
        foreach (var (name, rates) in new[] { ("peer", report.Peer), ("ours", report.Ours), ("floor", report.Floor) })
        {
            text.Append("  ").Append(name.PadRight(6));
            for (var column = 0; column < Columns; column++)
            {
                var part = rates[(rates.Length * column / Columns)..Math.Max((rates.Length * column / Columns) + 1, rates.Length * (column + 1) / Columns)];
                text.Append(Blocks[(int)Math.Clamp(Math.Ceiling(Share(part.Average(), low, high) * 8), 0, 8)]);
            }
            text.AppendLine(CultureInfo.InvariantCulture, $"  mean {rates.Average():0.###}/s");
        }
        return text.AppendLine(CultureInfo.InvariantCulture, $"         from {Math.Pow(10, low):0.####}/s (▁) to {Math.Pow(10, high):0}/s (█), logarithmic").ToString();
    }

    private static void Curve(StringBuilder svg, string name, double[] rates, string colour, int place, int low, int high)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"");
        for (var i = 0; i < rates.Length; i++)
            svg.Append(CultureInfo.InvariantCulture, $"{Left + ((Width - 16.0 - Left) * i / Math.Max(rates.Length - 1, 1)):0.#},{Y(rates[i], low, high):0.#} ");
        svg.AppendLine("\"/>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left + (place * 260)}" y="38" fill="{colour}">{name}: mean {rates.Average():0.###}/s</text>""");
    }

    private static (int Low, int High) Decades(Report report)
    {
        var positive = report.Ours.Concat(report.Peer).Concat(report.Floor).Where(rate => rate > 0).ToArray();
        var high = (int)Math.Ceiling(Math.Log10(positive.Max()));
        return (Math.Max((int)Math.Floor(Math.Log10(positive.Min())), high - 5), high);
    }

    private static double X(TimeSpan at, Scenario scenario) => Left + ((Width - 16.0 - Left) * (at / scenario.Length));

    private static double Y(double rate, int low, int high) => Height - Bottom - ((Height - Bottom - Top) * Share(rate, low, high));

    private static double Share(double rate, int low, int high) => rate <= 0 ? 0 : Math.Clamp((Math.Log10(rate) - low) / (high - low), 0, 1);
}
