using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// Content that is an object, in JSON or in YAML. A key is that of an entry at the top; one that begins with '/' and is none is a way through objects and
/// lists, a JSON Pointer (RFC 6901): <c>/db/password</c>, <c>/hosts/0</c>.
/// </summary>
internal abstract class KeyedContent : IDisposable
{
    /// <summary>The keys at the top.</summary>
    public abstract IEnumerable<string> Keys { get; }

    /// <summary>The content as JSON; null when it is no JSON object.</summary>
    public static KeyedContent? OfJson(Secret content)
    {
        try
        {
            var json = JsonDocument.Parse(content.ExposeMemory());
            if (json.RootElement.ValueKind is JsonValueKind.Object)
                return new Json(json);
            json.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The content as YAML, its first document; null when it is no YAML mapping.</summary>
    public static KeyedContent? OfYaml(Secret content)
    {
        try
        {
            return YamlReader.Read(content.ExposeText()) is [YamlMapping root, ..] ? new Yaml(root) : null;
        }
        catch (YamlFault)
        {
            return null;
        }
    }

    /// <summary>The value under <paramref name="key"/>: a text without its quotes, a number or a boolean as it stands there, in JSON anything else too.</summary>
    /// <returns>The bytes; null when there is no such key, or nothing under it that could be a file.</returns>
    public abstract byte[]? Find(string key);

    /// <inheritdoc/>
    public abstract void Dispose();

    private static IEnumerable<string> Steps(string pointer)
        => pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    private static int? Index(string step, int length) => int.TryParse(step, out var index) && index >= 0 && index < length ? index : null;

    private sealed class Json(JsonDocument document) : KeyedContent
    {
        public override IEnumerable<string> Keys => document.RootElement.EnumerateObject().Select(entry => entry.Name).Distinct();

        public override byte[]? Find(string key)
        {
            JsonElement? found = document.RootElement.TryGetProperty(key, out var top) ? top : null;
            if (found is null && key.StartsWith('/'))
                found = Steps(key).Aggregate((JsonElement?)document.RootElement, (from, step) => from is { } element ? Step(element, step) : null);
            return found switch
            {
                null or { ValueKind: JsonValueKind.Null } => null,
                { ValueKind: JsonValueKind.String } text => Encoding.UTF8.GetBytes(text.GetString()!),
                { } other => Encoding.UTF8.GetBytes(other.GetRawText()),
            };
        }

        public override void Dispose() => document.Dispose();

        private static JsonElement? Step(JsonElement from, string step) => from.ValueKind switch
        {
            JsonValueKind.Object => from.TryGetProperty(step, out var value) ? value : null,
            JsonValueKind.Array => Index(step, from.GetArrayLength()) is { } index ? from[index] : null,
            _ => null,
        };
    }

    private sealed class Yaml(YamlMapping root) : KeyedContent
    {
        public override void Dispose()
        {
        }

        public override IEnumerable<string> Keys => root.Entries.Select(entry => entry.Key.Text);

        public override byte[]? Find(string key)
        {
            var found = Step(root, key);
            if (found is null && key.StartsWith('/'))
                found = Steps(key).Aggregate((YamlNode?)root, (from, step) => from is null ? null : Step(from, step));
            return found is YamlScalar { Type: not YamlType.Null } scalar ? Encoding.UTF8.GetBytes(scalar.Text) : null;
        }

        private static YamlNode? Step(YamlNode from, string step) => from switch
        {
            YamlMapping mapping => mapping.Entries.FirstOrDefault(entry => entry.Key.Text == step).Value,
            YamlSequence list => Index(step, list.Items.Length) is { } index ? list.Items[index] : null,
            _ => null,
        };
    }
}
