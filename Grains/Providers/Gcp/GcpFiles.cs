using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>Makes files of what was read, as the plugin does: the whole content or one key of it; and beyond it keys further down, several, or all.</summary>
internal static class GcpFiles
{
    /// <exception cref="VolumeException">The content does not have what the object asks for; says what it has.</exception>
    public static IEnumerable<SecretFile> Of(GcpObject wanted, Secret content)
    {
        if (wanted is { IsSeveral: false, Key.Length: 0 })
            return [File(wanted, wanted.Path, content.Expose().ToArray())];
        using var keyed = Read(wanted, content);
        if (wanted.AllKeys)
            return [.. keyed.Keys.Select(key => File(wanted, wanted.PathOf(FileNameOf(key, wanted)), Value(keyed, key, wanted)))];
        if (wanted.IsSeveral)
            return [.. wanted.Files.Select(file => File(wanted, wanted.PathOf(file.Name), Value(keyed, file.Key, wanted)))];
        return [File(wanted, wanted.Path, Value(keyed, wanted.Key, wanted))];
    }

    private static KeyedContent Read(GcpObject wanted, Secret content)
    {
        var (expected, keyed) = (wanted.IsYaml, wanted.IsSeveral) switch
        {
            (true, _) => ("YAML mapping", KeyedContent.OfYaml(content)),
            (_, true) => ("JSON object or YAML mapping", KeyedContent.OfJson(content) ?? KeyedContent.OfYaml(content)),
            _ => ("JSON object", KeyedContent.OfJson(content)),
        };
        return keyed ?? throw new VolumeException(VolumeError.Invalid, $"{wanted.Resource.Name} is no {expected}, and the class wants a key of it");
    }

    private static byte[] Value(KeyedContent keyed, string key, GcpObject wanted) => keyed.Find(key) ?? throw new VolumeException(VolumeError.NotFound,
        $"{wanted.Resource.Name} has no value under the key '{Words.Clip(key)}'; at the top it has {Words.Quoted(keyed.Keys.Take(20))}");

    private static string FileNameOf(string key, GcpObject wanted) => FilePath.BrokenRule(key) is not { } rule ? key
        : throw new VolumeException(VolumeError.Invalid, $"{wanted.Resource.Name} has a key '{Words.Clip(key)}' that can be no file name: it {rule}. Name the keys that are wanted in files");

    private static SecretFile File(GcpObject wanted, string path, byte[] value)
    {
        if (!wanted.IsBase64)
            return new SecretFile(path, wanted.Mode, new Secret(value));
        try
        {
            return new SecretFile(path, wanted.Mode, new Secret(Convert.FromBase64String(Encoding.UTF8.GetString(value))));
        }
        catch (FormatException)
        {
            throw new VolumeException(VolumeError.Invalid, $"what {wanted.Resource.Name} has for '{Words.Clip(path)}' is no base64, as decodeBase64 says");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }
}
