using System.Security.Cryptography;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>The key that object versions are digested with: made when it is first needed, and kept, so that versions outlive a restart.</summary>
/// <param name="path">Its file.</param>
internal sealed class VaultVersionKey(string path)
{
    private const int Length = 32; // as the plugin's

    private readonly Lock _gate = new();
    private Secret? _key;

    /// <summary>The key.</summary>
    public Secret Current()
    {
        lock (_gate)
            return _key ??= Read() ?? Make();
    }

    private Secret? Read()
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes.Length == Length ? new Secret(bytes) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where it cannot be written, versions change with a restart, and nothing else does.</summary>
    private Secret Make()
    {
        var bytes = RandomNumberGenerator.GetBytes(Length);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var draft = path + ".new";
            using (var file = new FileStream(draft, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
                file.Write(bytes);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return new Secret(bytes);
    }
}
