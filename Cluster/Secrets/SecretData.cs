using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Cluster.Secrets;

/// <summary>What stands in one Secret, key by key, read from the files of a mounted volume. Held only while the Secret is compared and written.</summary>
internal sealed class SecretData : IDisposable
{
    /// <summary>The API server's own limit of a Secret, in bytes (MaxSecretSize of core/v1).</summary>
    public const int LargestSecret = 1 << 20;

    public const string TlsType = "kubernetes.io/tls";
    private const string ServiceAccountTokenType = "kubernetes.io/service-account-token";
    private const string Certificate = "tls.crt";
    private const string PrivateKey = "tls.key";

    private readonly SortedDictionary<string, Secret> _values = new(StringComparer.Ordinal);

    private SecretData()
    {
    }

    /// <summary>The values by their keys.</summary>
    public IReadOnlyDictionary<string, Secret> Values => _values;

    /// <summary>The Secret's type as the API server wants it: none given is <c>Opaque</c>.</summary>
    public static string TypeOf(SecretObject wanted) => wanted.Type.Length == 0 ? "Opaque" : wanted.Type;

    /// <summary>Reads what <paramref name="wanted"/> asks for from the volume at <paramref name="target"/>.</summary>
    /// <exception cref="SecretFault">The class asks for what cannot be, or for files that the volume does not have.</exception>
    /// <exception cref="VolumeException">The volume cannot be read.</exception>
    public static SecretData Read(SecretObject wanted, ITmpfs tmpfs, string target)
    {
        Check(wanted);
        var paths = wanted.Data.Select(entry => entry.ObjectName.Trim()).ToImmutableArray();
        var files = tmpfs.Read(target, paths, LargestSecret);
        var data = new SecretData();
        try
        {
            for (var i = 0; i < paths.Length; i++)
                data.Add(wanted, wanted.Data[i].Key.Trim(), paths[i], files[i]);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
        finally
        {
            foreach (var file in files)
                file?.Erase();
        }
    }

    /// <summary>The rules of an entry of <c>secretObjects</c>, before anything is read.</summary>
    private static void Check(SecretObject wanted)
    {
        if (wanted.Data.IsEmpty)
            throw new SecretFault("its data is empty: list at least one objectName with its key");
        if (wanted.Type == ServiceAccountTokenType)
            throw new SecretFault($"its type is {ServiceAccountTokenType}: the cluster would fill such a Secret with a token of its own, so it is never made here");
        foreach (var (objectName, key) in wanted.Data)
            if (objectName.Trim().Length == 0 || key.Trim().Length == 0)
                throw new SecretFault($"an entry of its data has no {(key.Trim().Length == 0 ? "key" : "objectName")}");
        if (wanted.Type == TlsType && wanted.Data.FirstOrDefault(entry => entry.Key.Trim() is not (Certificate or PrivateKey)) is { Key: { } other })
            throw new SecretFault($"its type is {TlsType} and its data has the key '{other}': expected {Certificate} and {PrivateKey} only");
    }

    private void Add(SecretObject wanted, string key, string path, Secret? file)
    {
        if (file is null)
            throw new SecretFault($"the volume has no file '{path}', which its data names as objectName: it is the path of a file relative to the mount");
        if (_values.Remove(key, out var former))
            former.Erase(); // of two entries with one key the last one wins, as with the peer
        try
        {
            _values.Add(key, (wanted.Type, key) switch
            {
                (TlsType, Certificate) => TlsFiles.Certificates(file),
                (TlsType, _) => TlsFiles.PrivateKey(file),
                _ => file.Copy(),
            });
        }
        catch (SecretFault fault)
        {
            throw new SecretFault($"the file '{path}', which is to be {key}, {fault.Message}");
        }
    }

    /// <summary>Erases the values.</summary>
    public void Dispose()
    {
        foreach (var value in _values.Values)
            value.Erase();
    }
}
