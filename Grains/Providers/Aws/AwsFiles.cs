using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ActorCsi.Grains.JmesPath;
using ActorCsi.Grains.Providers.Plugins;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>Makes files of what was read, as the plugin does: the whole value, and what <c>jmesPath</c> finds in it; and beyond it a file for each key.</summary>
internal static class AwsFiles
{
    /// <exception cref="VolumeException">The value does not have what the object asks for; says what is missing, and nothing of what is there but names of keys.</exception>
    public static ImmutableArray<SecretFile> Of(AwsObject wanted, AwsValue value)
    {
        if (wanted is { Parts.IsEmpty: true, AllKeys: false })
            return [Whole(wanted, value)];
        using var json = Json(wanted, value);
        return wanted.AllKeys
            ? [.. Entries(wanted, json.RootElement).Select(entry => new SecretFile($"{wanted.FileName}/{FileNameOf(entry.Name, wanted)}", wanted.Mode, Bytes(entry.Value)))]
            : [Whole(wanted, value), .. wanted.Parts.Select(part => new SecretFile(part.FileName, part.Mode, Find(wanted, part, json.RootElement)))];
    }

    private static SecretFile Whole(AwsObject wanted, AwsValue value) => new(wanted.FileName, wanted.Mode, value.Content.Copy());

    private static JsonDocument Json(AwsObject wanted, AwsValue value)
    {
        try
        {
            return JsonDocument.Parse(value.Content.ExposeMemory());
        }
        catch (JsonException)
        {
            throw new VolumeException(VolumeError.Invalid, $"{wanted.Read} is no JSON, which {(wanted.AllKeys ? "allKeys" : "jmesPath")} needs");
        }
    }

    private static Secret Find(AwsObject wanted, AwsPart part, JsonElement document)
    {
        try
        {
            var found = part.Expression.Search(document);
            return found.ValueKind is not JsonValueKind.Null ? Bytes(found)
                : throw new VolumeException(VolumeError.NotFound, $"jmesPath '{Words.Clip(part.Path)}' finds nothing in {wanted.Read}{Keys(document)}");
        }
        catch (JmesFault fault)
        {
            throw new VolumeException(VolumeError.Invalid, $"jmesPath '{Words.Clip(part.Path)}' cannot be evaluated in {wanted.Read}: {fault.Message}");
        }
    }

    private static JsonElement.ObjectEnumerator Entries(AwsObject wanted, JsonElement document)
        => document.ValueKind is JsonValueKind.Object ? document.EnumerateObject()
            : throw new VolumeException(VolumeError.Invalid, $"{wanted.Read} has no keys, which allKeys needs: it is JSON, and no object");

    private static string FileNameOf(string key, AwsObject wanted)
        => FilePath.BrokenRule(key) is not { } rule ? key
            : throw new VolumeException(VolumeError.Invalid, $"{wanted.Read} has a key '{Words.Clip(key)}' that can be no file name: it {rule}. Name the keys that are wanted in jmesPath");

    /// <summary>A text without its quotes; anything else as JSON.</summary>
    private static Secret Bytes(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.String)
            return AwsJson.SecretText(value);
        var json = new StringBuilder();
        GoJson.Append(json, value);
        return new Secret(Encoding.UTF8.GetBytes(json.ToString()));
    }

    private static string Keys(JsonElement document)
        => document.ValueKind is JsonValueKind.Object ? $", it has {Words.Quoted(document.EnumerateObject().Select(entry => entry.Name).Take(20))}" : "";
}
