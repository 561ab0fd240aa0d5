using System.Buffers;
using System.Globalization;

namespace ActorCsi.Grains.Providers;

/// <summary>Durations as Go and so all of Kubernetes write them: <c>90s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>250ms</c>.</summary>
public static class GoDuration
{
    /// <summary>Go's time.Duration ends here: 2⁶³ nanoseconds, 292 years.</summary>
    private const decimal LongestSeconds = long.MaxValue / 1e9m;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, decimal Seconds)[] Units =
    [
        ("ns", 1e-9m), ("us", 1e-6m), ("µs", 1e-6m), ("μs", 1e-6m), ("ms", 1e-3m), ("s", 1), ("m", 60), ("h", 3600),
    ];

    /// <summary>Reads <paramref name="text"/>. Negative durations, which Go has, are refused: nothing here lasts less than no time.</summary>
    /// <exception cref="FormatException">The text is no such duration; says what was expected.</exception>
    public static TimeSpan Parse(string text)
        => TryParse(text, out var duration) ? duration : throw new FormatException("expected a duration such as 90s, 15m or 1h30m");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
            return true;

        var rest = text.AsSpan();
        var seconds = 0m;
        do
        {
            if (!TakeNumber(ref rest, out var number) || !TakeUnit(ref rest, out var unit) || (seconds += number * unit) > LongestSeconds)
                return false;
        }
        while (!rest.IsEmpty);

        duration = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, out decimal number)
    {
        var end = rest.IndexOfAnyExcept(Digits);
        if (end is <= 0 or > 20)
        {
            number = 0;
            return false;
        }
        var digits = rest[..end];
        rest = rest[end..];
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static bool TakeUnit(ref ReadOnlySpan<char> rest, out decimal seconds)
    {
        var end = rest.IndexOfAny(Digits);
        var name = end < 0 ? rest : rest[..end];
        foreach (var unit in Units)
        {
            if (!name.SequenceEqual(unit.Unit))
                continue;
            rest = rest[name.Length..];
            seconds = unit.Seconds;
            return true;
        }
        seconds = 0;
        return false;
    }
}
