using System.Globalization;

namespace ActorCsi.Grains.Yaml;

/// <summary>Numbers of YAML in decimal digits.</summary>
internal static class YamlNumbers
{
    /// <summary>The decimal digits that JSON has for a number in YAML; null where it has none (<c>.inf</c>).</summary>
    public static string? Decimal(string text)
    {
        var plain = text.Replace("_", "", StringComparison.Ordinal).TrimStart('+');
        var digits = plain.TrimStart('-');
        var sign = plain.Length > digits.Length ? "-" : "";
        var (radix, from) = digits switch
        {
            ['0', 'x', ..] => (16, 2),
            ['0', 'o', ..] => (8, 2),
            ['0', 'b', ..] => (2, 2),
            ['0', >= '0' and <= '7', ..] when digits.All(char.IsAsciiDigit) => (8, 1),
            _ => (10, 0),
        };
        try
        {
            if (radix != 10)
                return sign + Convert.ToInt64(digits[from..], radix).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
        if (digits.All(char.IsAsciiDigit))
            return sign + (digits.TrimStart('0') is { Length: > 0 } kept ? kept : "0");
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture) : null;
    }
}
