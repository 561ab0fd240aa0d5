using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Refresh;

/// <summary>
/// A file that changes exactly when other files of the volume do, for applications that reload: it is swapped in together with them, so who sees a new marker
/// sees the files that go with it.
/// </summary>
/// <remarks>
/// It holds a keyed hash of the files. Hashes without a key would let those who may read the marker but not the files try out what they hold; a counter would
/// make each refresh a change, also one that brought nothing new.
/// </remarks>
internal static class ReloadMarker
{
    private const int KeyLength = 32;
    private const int MarkLength = 16;

    /// <summary>A key for one volume. Kept in its record: with another key the marker changes though nothing else has.</summary>
    public static Secret NewKey() => new(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>The marker's name, if the pod's volume asks for one.</summary>
    public static string? NameFor(VolumeSpec volume) => volume.Attributes[RefreshParameters.MarkerAttribute] is { Length: > 0 } name ? name : null;

    /// <summary><paramref name="files"/> and their marker.</summary>
    /// <exception cref="VolumeException">The class has a file of that name.</exception>
    public static ImmutableArray<SecretFile> Add(ImmutableArray<SecretFile> files, string name, Secret key)
    {
        if (files.Any(file => file.Path == name))
            throw new VolumeException(VolumeError.Invalid, $"volumeAttributes.{RefreshParameters.MarkerAttribute} is '{Words.Clip(name)}', which is a file of the class: choose another name");
        return files.Add(new SecretFile(name, SecretFile.DefaultMode, Secret.FromText(Mark(files, key) + "\n")));
    }

    private static string Mark(ImmutableArray<SecretFile> files, Secret key)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Expose());
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(file.Path));
            Append(hash, file.Content.Expose());
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, MarkLength));
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length)); // so that ("ab","c") and ("a","bc") differ
        hash.AppendData(bytes);
    }
}
