using System.Globalization;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers;

/// <summary>How the permission bits of a file are written in classes.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>As a text, quoted in YAML, they are octal digits, as chmod(1) takes them: <c>"0600"</c>, <c>"600"</c>, <c>"0o600"</c>.</item>
/// <item>As a YAML number they are what YAML says: <c>0600</c> and <c>0o600</c> are octal, <c>384</c> is decimal and the same mode. The
/// existing plugins read numbers so, and Kubernetes itself writes <c>defaultMode: 420</c> in JSON.</item>
/// </list>
/// </remarks>
internal static class FilePermissions
{
    /// <summary>What was expected, for messages.</summary>
    public const string Expected = "expected permission bits from 0000 to 0777, such as 0600 or \"0600\"";

    private const int All = 0x1FF; // 0777

    public static bool TryRead(YamlNode node, out int mode)
    {
        mode = 0;
        return node is YamlScalar scalar && scalar.Type switch
        {
            YamlType.Text => TryReadText(scalar.Text, out mode),
            YamlType.Number when IsDecimal(scalar.Text) => int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out mode) && mode <= All,
            YamlType.Number => TryReadText(scalar.Text, out mode),
            _ => false,
        };
    }

    public static bool TryReadText(string text, out int mode)
    {
        var digits = text.AsSpan(text.StartsWith("0o", StringComparison.Ordinal) ? 2 : 0);
        mode = 0;
        if (digits.Length is 0 or > 4)
            return false;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
                return false;
            mode = (mode << 3) | (digit - '0');
        }
        return mode <= All;
    }

    private static bool IsDecimal(string number) => number[0] is >= '1' and <= '9';
}
