using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ActorCsi.Grains.Templates;

/// <summary>What can be made of a value in a template. A fault says what was expected, and never what was there.</summary>
/// <param name="LeastArguments">How many texts in quotes stand behind its name, at least…</param>
/// <param name="MostArguments">…and at most.</param>
/// <param name="Usage">The same for people.</param>
/// <param name="Apply">The work. What it is given stays its caller's.</param>
internal sealed record TemplateHelper(int LeastArguments, int MostArguments, string Usage, Func<byte[], ImmutableArray<string>, byte[]> Apply)
{
    private const int DeepestPath = 16;
    private const string AnyPrivateKey = "PRIVATE KEY";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SortedDictionary<string, TemplateHelper> All = new(StringComparer.Ordinal)
    {
        ["base64"] = new(0, 0, "none", (bytes, _) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes))),
        ["base64decode"] = new(0, 0, "none", (bytes, _) => FromBase64(bytes)),
        ["json"] = new(1, DeepestPath, "the keys that lead to the value: json \"db\" \"password\"", FromJson),
        ["pem"] = new(1, 2, "the label of the blocks, and the number of one of them: pem \"CERTIFICATE\" \"1\"", FromPem),
        ["quote"] = new(0, 0, "none", (bytes, _) => Quote(bytes)),
        ["topem"] = new(1, 1, "the label: topem \"CERTIFICATE\"", (bytes, arguments) => ToPem(bytes, arguments[0])),
        ["trim"] = new(0, 0, "none", (bytes, _) => bytes.AsSpan().Trim(" \t\r\n"u8).ToArray()),
        ["urlencode"] = new(0, 0, "none", (bytes, _) => UrlEncode(bytes)),
    };

    /// <summary>What helpers there are.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>The helper of that name, or null.</summary>
    public static TemplateHelper? Find(string name) => All.GetValueOrDefault(name);

    private static byte[] FromBase64(byte[] bytes)
    {
        try
        {
            return Convert.FromBase64String(Encoding.Latin1.GetString(bytes));
        }
        catch (FormatException)
        {
            throw Expected("base64decode", "base64");
        }
    }

    /// <summary>The value under a path of keys; in a list the key is a number from 0. A text without its quotes, anything else as JSON.</summary>
    private static byte[] FromJson(byte[] bytes, ImmutableArray<string> path)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var value = json.RootElement;
            foreach (var key in path)
                value = Step(value, key);
            return Encoding.UTF8.GetBytes(value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // no JSON, or half a surrogate pair in it; the message may quote it
        {
            throw Expected("json", "JSON");
        }
    }

    private static JsonElement Step(JsonElement value, string key) => value.ValueKind switch
    {
        JsonValueKind.Object => value.TryGetProperty(key, out var found) ? found
            : throw new TemplateFault(0, $"json finds no key '{Words.Clip(key)}', expected one of {Words.Quoted(value.EnumerateObject().Select(entry => entry.Name).Take(20))}"),
        JsonValueKind.Array => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength() ? value[index]
            : throw new TemplateFault(0, $"json finds a list of {value.GetArrayLength()} and no entry '{Words.Clip(key)}', expected a number from 0"),
        _ => throw new TemplateFault(0, $"json finds no object and no list in which to look for '{Words.Clip(key)}'"),
    };

    /// <summary>As a JSON string, which is one in YAML and in most other languages too.</summary>
    private static byte[] Quote(byte[] bytes)
    {
        try
        {
            return Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(StrictUtf8.GetString(bytes), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
        }
        catch (DecoderFallbackException)
        {
            throw Expected("quote", "text in UTF-8");
        }
    }

    /// <summary>All but letters, digits, '-', '.', '_' and '~', byte by byte: RFC 3986, section 2.3.</summary>
    private static byte[] UrlEncode(byte[] bytes)
    {
        var encoded = new byte[bytes.Sum(one => IsUnreserved(one) ? 1 : 3)];
        var at = 0;
        foreach (var one in bytes)
        {
            if (IsUnreserved(one))
            {
                encoded[at++] = one;
                continue;
            }
            encoded[at++] = (byte)'%';
            encoded[at++] = HexDigit(one >> 4);
            encoded[at++] = HexDigit(one & 0xF);
        }
        return encoded;
    }

    private static bool IsUnreserved(byte one) => char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static byte HexDigit(int nibble) => (byte)"0123456789ABCDEF"[nibble];

    /// <summary>The blocks of a label; <c>PRIVATE KEY</c> is those of every kind of private key.</summary>
    private static byte[] FromPem(byte[] bytes, ImmutableArray<string> arguments)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var (blocks, labels) = (new List<string>(), new List<string>());
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var found))
        {
            var label = rest[found.Label].ToString();
            labels.Add(label);
            if (label == arguments[0] || (arguments[0] == AnyPrivateKey && label.EndsWith(" " + AnyPrivateKey, StringComparison.Ordinal)))
                blocks.Add(rest[found.Location].ToString());
            rest = rest[found.Location.End..];
        }
        if (blocks.Count == 0)
            throw new TemplateFault(0, $"pem finds no block '{Words.Clip(arguments[0])}', expected {(labels.Count == 0 ? "PEM" : $"one of {Words.Quoted(labels.Distinct().Take(20))}")}");
        if (arguments.Length == 1)
            return Encoding.UTF8.GetBytes(string.Concat(blocks.Select(block => block + "\n")));
        return int.TryParse(arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= blocks.Count
            ? Encoding.UTF8.GetBytes(blocks[number - 1] + "\n")
            : throw new TemplateFault(0, $"pem finds {blocks.Count} blocks '{Words.Clip(arguments[0])}' and no number '{Words.Clip(arguments[1])}', expected 1 to {blocks.Count}");
    }

    private static byte[] ToPem(byte[] bytes, string label)
    {
        try
        {
            return Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, bytes) + "\n");
        }
        catch (ArgumentException)
        {
            throw new TemplateFault(0, $"'{Words.Clip(label)}' is no label of a PEM block, expected one such as CERTIFICATE");
        }
    }

    private static TemplateFault Expected(string helper, string what) => new(0, $"{helper} is given something else, expected {what}");
}
