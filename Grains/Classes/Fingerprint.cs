using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace ActorCsi.Grains.Classes;

/// <summary>A short name for what a class asks a provider for, so that a volume can tell after a restart whether its class has changed.</summary>
internal static class Fingerprint
{
    private static readonly ConditionalWeakTable<SecretProviderClass, string> Known = [];

    /// <summary>The first half of the SHA-256 of provider and parameters, in hexadecimal. Computed once for each instance.</summary>
    public static string Of(SecretProviderClass secretClass) => Known.GetValue(secretClass, Compute);

    private static string Compute(SecretProviderClass secretClass)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, secretClass.Provider);
        foreach (var (key, value) in secretClass.Parameters)
        {
            Append(hash, key);
            Append(hash, value);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static void Append(IncrementalHash hash, string text)
    {
        hash.AppendData(BitConverter.GetBytes(text.Length)); // so that ("ab","c") and ("a","bc") differ
        hash.AppendData(Encoding.UTF8.GetBytes(text));
    }
}
