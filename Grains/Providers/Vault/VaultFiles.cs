using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers.Plugins;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>Makes files of what the server answered, as the plugin does: one key a file, or the whole answer; and beyond it all keys, or several keys in one file.</summary>
internal static class VaultFiles
{
    /// <exception cref="VolumeException">The answer does not have what the object asks for; says what it has.</exception>
    public static IEnumerable<SecretFile> Of(VaultObject wanted, VaultAnswer answer)
    {
        if (answer.Data is not { } data)
            throw new VolumeException(VolumeError.NotFound,
                $"{wanted.Read} has no data{(answer.Said.Length > 0 ? $": {Words.Clip(answer.Said, 500)}" : "")}");
        if (wanted.AllKeys)
            return data.EnumerateObject().Select(entry => File(wanted, wanted.FileName(FileNameOf(entry.Name, wanted)), Decode(Bytes(entry.Value), wanted, entry.Name)));
        if (!wanted.Parts.IsEmpty)
            return wanted.Parts.Select(part => File(wanted, wanted.FileName(part.File), Join(wanted, data, part)));
        return [File(wanted, wanted.Name, wanted.Key.Length == 0 ? answer.Whole() : Decode(Bytes(Value(data, wanted, wanted.Key)), wanted, wanted.Key))];
    }

    private static SecretFile File(VaultObject wanted, string path, Secret content) => new(path, wanted.Mode, content);

    private static string FileNameOf(string key, VaultObject wanted)
        => FilePath.BrokenRule(key) is not { } rule ? key
            : throw new VolumeException(VolumeError.Invalid, $"{wanted.Read} has a key '{Words.Clip(key)}' that can be no file name: it {rule}. Name the keys that are wanted in files");

    private static JsonElement Value(JsonElement data, VaultObject wanted, string key)
        => data.TryGetProperty(key, out var value) ? value
            : throw new VolumeException(VolumeError.NotFound, $"{wanted.Read} has no key '{Words.Clip(key)}', it has {Words.Quoted(data.EnumerateObject().Select(entry => entry.Name).Take(20))}");

    /// <summary>A text without its quotes; anything else as JSON.</summary>
    private static byte[] Bytes(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.String)
            return Encoding.UTF8.GetBytes(value.GetString()!);
        var json = new StringBuilder();
        GoJson.Append(json, value);
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static Secret Decode(byte[] bytes, VaultObject wanted, string key)
    {
        if (wanted.Encoding is VaultEncoding.Utf8)
            return new Secret(bytes);
        try
        {
            var text = Encoding.UTF8.GetString(bytes);
            return new Secret(wanted.Encoding is VaultEncoding.Hex ? Convert.FromHexString(text) : Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            throw new VolumeException(VolumeError.Invalid, $"the key '{Words.Clip(key)}' of {wanted.Read} is not in {(wanted.Encoding is VaultEncoding.Hex ? "hex" : "base64")}, as encoding says");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The values one after the other, each on a line of its own; the texts of a list count one by one. PEM wants it so.</summary>
    private static Secret Join(VaultObject wanted, JsonElement data, VaultPart part)
    {
        var values = part.Keys.SelectMany(key => Value(data, wanted, key) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(Bytes) : [Bytes(Value(data, wanted, key))]).ToArray();
        if (values is [var one])
            return Decode(one, wanted, part.Keys[0]);
        using var joined = new MemoryStream();
        foreach (var value in values)
        {
            joined.Write(value.AsSpan().TrimEnd((byte)'\n'));
            joined.WriteByte((byte)'\n');
            CryptographicOperations.ZeroMemory(value);
        }
        var content = new Secret(joined.ToArray());
        CryptographicOperations.ZeroMemory(joined.GetBuffer());
        return content;
    }

    /// <summary>
    /// The version of an object as the plugin reports it: a keyed digest of what was asked for and what came, so that it says whether something has
    /// changed, and to nobody what. Several files are digested with their names.
    /// </summary>
    public static string Version(VaultObject wanted, IReadOnlyList<SecretFile> files, Secret key)
    {
        using var digest = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Expose());
        digest.AppendData(Encoding.UTF8.GetBytes(wanted.PluginJson));
        foreach (var file in files)
        {
            if (files.Count > 1 || file.Path != wanted.Name)
                digest.AppendData(Encoding.UTF8.GetBytes($"\0{file.Path}\0{file.Content.Length}\0"));
            digest.AppendData(file.Content.Expose());
        }
        return Convert.ToBase64String(digest.GetHashAndReset()).Replace('+', '-').Replace('/', '_'); // with padding, as Go's URLEncoding
    }
}
