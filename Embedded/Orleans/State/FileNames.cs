using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorCsi.GrainEngine;

/// <summary>
/// File names for any text. Letters, digits, <c>-</c>, <c>_</c> and inner dots stand for themselves, every other byte as <c>%2F</c>; different texts give
/// different names, none begins with a dot, and a long one is cut and told apart by its hash.
/// </summary>
internal static class FileNames
{
    // Linux allows 255 bytes; prefixes such as ".new-" must find room too.
    private const int Longest = 200;

    /// <summary>One name for several texts, parted by a character that no encoded text holds.</summary>
    public static string Encode(params ReadOnlySpan<string> texts)
    {
        var name = new StringBuilder();
        foreach (var text in texts)
        {
            name.Append(name.Length > 0 ? "~" : "");
            Append(name, text);
        }
        if (name.Length <= Longest)
            return name.ToString();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.ToString())));
        return $"{name.ToString(0, Longest - hash.Length - 2)}~~{hash}";
    }

    private static void Append(StringBuilder name, string text)
    {
        if (text.Length == 0)
            name.Append('%');
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            var character = (char)value;
            if (char.IsAsciiLetterOrDigit(character) || character is '-' or '_' || character == '.' && name.Length > 0)
                name.Append(character);
            else
                name.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }
    }
}
