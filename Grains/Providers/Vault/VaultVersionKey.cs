using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>The key that object versions are digested with: made when it is first needed, and kept, so that versions outlive a restart.</summary>
/// <param name="path">Its file.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told that the file is of no use.</param>
internal sealed class VaultVersionKey(string path, TimeProvider time, ILogger<VaultVersionKey> log)
{
    private const int Length = 32; // as the plugin's

    private readonly Lock _gate = new();
    private Secret? _key;

    /// <summary>The key. Where no file can be had, versions change with a restart, and nothing else does.</summary>
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
            if (bytes.Length == Length)
                return new Secret(bytes);
            Log.VaultVersionKeySetAside(log, path, bytes.Length, Length, PrivateFile.SetAside(path, time.GetUtcNow()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return null;
    }

    private Secret Make()
    {
        var bytes = RandomNumberGenerator.GetBytes(Length);
        try
        {
            PrivateFile.Make(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return Read() ?? new Secret(bytes); // somebody else may have been faster
    }
}
