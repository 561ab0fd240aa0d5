using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// AWS Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html), for requests without a query: all that is sent here.
/// <code>
///   method, path, headers, hash of the body ─▶ canonical request ─hash─▶ string to sign ─HMAC with the key of this day, region and service─▶ Authorization
/// </code>
/// </summary>
internal static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The value of <c>X-Amz-Date</c>, which must be among the headers.</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value of <c>Authorization</c>.</summary>
    /// <param name="method">GET, POST …</param>
    /// <param name="path">The path as it is sent, escaped, with its leading slash.</param>
    /// <param name="headers">All headers that are to be signed; Host and X-Amz-Date must be among them.</param>
    /// <param name="body">The body.</param>
    /// <param name="key">Who signs.</param>
    /// <param name="scope">For where.</param>
    public static string Authorization(
        string method, string path, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body, AwsKey key, AwsScope scope)
    {
        var signed = headers.Select(header => (Name: header.Key.ToLowerInvariant(), Value: Trimmed(header.Value))).OrderBy(header => header.Name, StringComparer.Ordinal).ToList();
        var date = signed.Single(header => header.Name == "x-amz-date").Value;
        var names = string.Join(';', signed.Select(header => header.Name));
        var canonical = string.Join('\n', [method, EscapedAgain(path), "", .. signed.Select(header => $"{header.Name}:{header.Value}"), "", names, Hash(body)]);
        var credentialScope = $"{date[..8]}/{scope.Region}/{scope.Service}/aws4_request";
        var toSign = $"{Algorithm}\n{date}\n{credentialScope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        return $"{Algorithm} Credential={key.Id}/{credentialScope}, SignedHeaders={names}, Signature={Sign(toSign, date[..8], key.Secret, scope)}";
    }

    private static string Sign(string toSign, string day, Secret secret, AwsScope scope)
    {
        byte[] key = [.. "AWS4"u8, .. secret.Expose()];
        foreach (var part in (string[])[day, scope.Region, scope.Service, "aws4_request", toSign])
        {
            var next = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
            CryptographicOperations.ZeroMemory(key);
            key = next;
        }
        return Convert.ToHexStringLower(key);
    }

    /// <summary>Every service but S3 escapes the path a second time.</summary>
    private static string EscapedAgain(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Without blanks around, and runs of blanks are one.</summary>
    private static string Trimmed(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>An access key: its id, which is no secret, and the secret that signs.</summary>
internal sealed record AwsKey(string Id, Secret Secret);

/// <summary>What a signature is good for: one service in one region.</summary>
internal readonly record struct AwsScope(string Region, string Service);
