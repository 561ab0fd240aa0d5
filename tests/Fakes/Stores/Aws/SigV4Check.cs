using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorCsi.Fakes.Stores.Aws;

/// <summary>
/// Checks a signature as the services do: all of the request, as it came over the wire. Written on its own, by the description of the scheme; it knows queries and
/// any set of signed headers, so that the vendor's clients can be checked too.
/// </summary>
internal static class SigV4Check
{
    private const string Scheme = "AWS4-HMAC-SHA256 ";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The id of the key that the request says it is signed with; null when it says nothing.</summary>
    public static string? KeyIdOf(HttpRequest request) => Read(request) is { } read ? read.Scope[0] : null;

    /// <summary>The service and the region that the signature is for.</summary>
    public static (string Service, string Region)? ScopeOf(HttpRequest request) => Read(request) is { Scope: var scope } ? (scope[3], scope[2]) : null;

    /// <summary>What is wrong with the signature; null when nothing is.</summary>
    public static string? Fault(HttpRequest request, byte[] body, string secret, (string Service, string Region) place, DateTimeOffset now)
    {
        if (Read(request) is not { } read)
            return "Authorization header is not of the form of AWS4-HMAC-SHA256.";
        var (scope, signedHeaders, signature) = read;
        if (scope[2] != place.Region)
            return $"Credential should be scoped to a valid region, not '{scope[2]}'. ";
        if (scope[3] != place.Service)
            return $"Credential should be scoped to correct service: '{place.Service}'. ";
        if (scope[4] != "aws4_request")
            return "Credential should be scoped with a valid terminator: 'aws4_request'. ";

        var date = request.Headers["X-Amz-Date"].ToString();
        if (!DateTimeOffset.TryParseExact(date, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || scope[1] != date[..8])
            return "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
        if (time < now - Tolerance)
            return $"Signature expired: {date} is now earlier than {Format(now - Tolerance)} ({Format(now)} - 5 min.)";
        if (time > now + Tolerance)
            return $"Signature not yet current: {date} is still later than {Format(now + Tolerance)} ({Format(now)} + 5 min.)";

        var unsigned = request.Headers.Keys.Select(name => name.ToLowerInvariant()).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal)).Append("host").Except(signedHeaders).ToList();
        if (unsigned.Count > 0)
            return $"'{unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization.";
        var expected = Sign(Canonical(request, signedHeaders, body), date, secret, scope);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)) ? null
            : "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
    }

    private static (string[] Scope, string[] SignedHeaders, string Signature)? Read(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var parts = header[Scheme.Length..].Split(',').Select(part => part.Trim().Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1]);
        return parts.TryGetValue("Credential", out var credential) && parts.TryGetValue("SignedHeaders", out var headers) && parts.TryGetValue("Signature", out var signature)
            && credential.Split('/') is { Length: 5 } scope ? (scope, headers.Split(';'), signature) : null;
    }

    private static string Canonical(HttpRequest request, string[] signedHeaders, byte[] body)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var canonical = new StringBuilder();
        canonical.Append(request.Method).Append('\n');
        canonical.Append(Uri.EscapeDataString(target[0]).Replace("%2F", "/", StringComparison.Ordinal)).Append('\n');
        IEnumerable<string> query = target.Length == 2 ? target[1].Split('&').Select(pair => pair.Contains('=') ? pair : pair + "=").Order(StringComparer.Ordinal) : [];
        canonical.AppendJoin('&', query).Append('\n');
        foreach (var name in signedHeaders)
        {
            var value = name == "host" ? request.Host.Value! : string.Join(',', request.Headers[name].Select(one => one!.Trim()));
            while (value.Contains("  ", StringComparison.Ordinal))
                value = value.Replace("  ", " ", StringComparison.Ordinal);
            canonical.Append(name).Append(':').Append(value).Append('\n');
        }
        canonical.Append('\n').AppendJoin(';', signedHeaders).Append('\n');
        return canonical.Append(Hex(SHA256.HashData(body))).ToString();
    }

    private static string Sign(string canonical, string date, string secret, string[] scope)
    {
        var toSign = $"AWS4-HMAC-SHA256\n{date}\n{string.Join('/', scope[1..])}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (outer, part) => HMACSHA256.HashData(outer, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
