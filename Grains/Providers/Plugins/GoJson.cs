using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>
/// Writes JSON objects byte for byte as Go's <c>encoding/json</c> does: keys sorted, <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped for
/// the sake of HTML, everything else that JSON allows left as it is. Plugins have been given such text for years.
/// </summary>
internal static class GoJson
{
    /// <summary>An object of strings; the last of several entries under one key counts.</summary>
    public static string Object(IEnumerable<KeyValuePair<string, string>> entries)
    {
        var sorted = new SortedDictionary<string, string>(ByBytes);
        foreach (var (key, value) in entries)
            sorted[key] = value;

        var json = new StringBuilder();
        AppendObject(json, sorted, AppendString);
        return json.ToString();
    }

    /// <summary>Appends an object; no key may stand there twice.</summary>
    public static void AppendObject<T>(StringBuilder json, IEnumerable<KeyValuePair<string, T>> entries, Action<StringBuilder, T> append)
    {
        var separator = '{';
        foreach (var (key, value) in entries.OrderBy(entry => entry.Key, ByBytes))
        {
            json.Append(separator);
            AppendString(json, key);
            json.Append(':');
            append(json, value);
            separator = ',';
        }
        json.Append(separator is '{' ? "{}" : "}");
    }

    /// <summary>Appends an array.</summary>
    public static void AppendArray<T>(StringBuilder json, IEnumerable<T> items, Action<StringBuilder, T> append)
    {
        var separator = '[';
        foreach (var item in items)
        {
            json.Append(separator);
            append(json, item);
            separator = ',';
        }
        json.Append(separator is '[' ? "[]" : "]");
    }

    /// <summary>Appends any value, its numbers digit for digit; of several entries under one key the last counts.</summary>
    public static void Append(StringBuilder json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendObject(json, value.EnumerateObject().GroupBy(entry => entry.Name, (name, same) => KeyValuePair.Create(name, same.Last().Value)), Append);
                break;
            case JsonValueKind.Array:
                AppendArray(json, value.EnumerateArray(), Append);
                break;
            case JsonValueKind.String:
                AppendString(json, value.GetString()!);
                break;
            default:
                json.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>Go sorts strings by their bytes in UTF-8, which is by code point; .NET's ordinal order is another beyond U+FFFF.</summary>
    public static IComparer<string> ByBytes { get; } = Comparer<string>.Create(
        static (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    /// <summary>Appends <paramref name="text"/> in quotes.</summary>
    public static void AppendString(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    json.Append('\\').Append((char)rune.Value);
                    break;
                case '\b':
                    json.Append("\\b");
                    break;
                case '\f':
                    json.Append("\\f");
                    break;
                case '\n':
                    json.Append("\\n");
                    break;
                case '\r':
                    json.Append("\\r");
                    break;
                case '\t':
                    json.Append("\\t");
                    break;
                case < 0x20 or '<' or '>' or '&' or 0x2028 or 0x2029:
                    json.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    json.Append(rune); // half of a surrogate pair becomes U+FFFD, as everywhere on the way to UTF-8
                    break;
            }
        }
        json.Append('"');
    }
}
