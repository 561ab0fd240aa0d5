using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Silo.Try;

/// <summary>What a reader in the pod sees of a volume at one moment.</summary>
/// <param name="Mount">The kernel's id of the mount: it changes when the volume is mounted anew.</param>
/// <param name="Generation">What <c>..data</c> points to.</param>
/// <param name="Files">The names of the files, in order.</param>
/// <param name="Digest">One digest over names and bytes: what is shown without being told.</param>
/// <param name="Pair">Whether the private key belongs to the certificate; null where there is no certificate.</param>
internal sealed record VolumeView(string Mount, string Generation, string Files, string Digest, bool? Pair)
{
    /// <summary>Reads the volume as a careful application does: resolve <c>..data</c> once, then read everything there. Null when nothing is mounted.</summary>
    public static VolumeView? Read(string target)
    {
        // mountinfo(5): the first field is the mount id, the fifth the mount point.
        var mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).FirstOrDefault(fields => fields[4] == target);
        if (mount is null || new DirectoryInfo(Path.Combine(target, "..data")).LinkTarget is not { } generation)
            return null;
        try
        {
            var directory = Path.Combine(target, generation);
            var files = Directory.GetFiles(directory).Order(StringComparer.Ordinal).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
            return new VolumeView(mount[0], generation, string.Join(' ', files.Keys), Digested(files), IsPair(directory));
        }
        catch (IOException)
        {
            return null; // the generation was replaced while we read; the next look sees the new one
        }
    }

    private static string Digested(Dictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            hash.AppendData(content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
    }

    private static bool? IsPair(string directory)
    {
        var certificate = Path.Combine(directory, "tls.crt");
        if (!File.Exists(certificate))
            return null;
        try
        {
            using var pair = X509Certificate2.CreateFromPemFile(certificate, Path.Combine(directory, "tls.key"));
            return pair.HasPrivateKey;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
