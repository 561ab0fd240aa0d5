using System.Diagnostics.Metrics;

namespace ActorCsi.Telemetry.Prometheus;

/// <summary>How an instrument is called in Prometheus: dots become underscores and the unit ends the name, as OpenTelemetry's rules for the two have it.</summary>
internal static class MetricName
{
    /// <summary>The name of the instrument's family, without the <c>_total</c> of a counter.</summary>
    public static string Of(Instrument instrument)
    {
        var (name, unit) = (Plain(instrument.Name), Unit(instrument.Unit));
        return unit.Length == 0 || name.EndsWith("_" + unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>The unit as a word; empty where the name need not say it: of things that are counted, and of bare numbers.</summary>
    public static string Unit(string? unit) => unit switch
    {
        null or "" or "1" => "",
        "s" => "seconds",
        "By" => "bytes",
        ['{', ..] => "",
        _ => Plain(unit),
    };

    /// <summary>The name with an underscore for everything that Prometheus does not allow.</summary>
    public static string Plain(string name)
        => string.Create(name.Length, name, static (plain, name) =>
        {
            for (var i = 0; i < name.Length; i++)
                plain[i] = char.IsAsciiLetter(name[i]) || (i > 0 && char.IsAsciiDigit(name[i])) ? name[i] : '_';
        });
}
