using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>Credentials as Google's tools write them into a JSON file.</summary>
internal abstract record GcpCredentials
{
    /// <summary>The domain of all of Google's hosts that these are good for; null for the usual one.</summary>
    public string? Universe { get; private init; }

    /// <summary>The key of a service account.</summary>
    public sealed record ServiceAccount(string Email, string KeyId, Secret PrivateKey, Uri TokenUri) : GcpCredentials;

    /// <summary>Somebody who logged in with gcloud.</summary>
    public sealed record User(string ClientId, Secret ClientSecret, Secret RefreshToken, Uri TokenUri) : GcpCredentials;

    /// <summary>No credentials, but a pool that takes tokens from elsewhere, and where such a token lies.</summary>
    public sealed record Federation(WorkloadPool Pool, Uri? TokenUrl, string? SubjectTokenType, Uri? Impersonates, string? File, string? FileField) : GcpCredentials;

    /// <summary>Reads credentials.</summary>
    /// <param name="json">The file.</param>
    /// <param name="credentials">What is in it.</param>
    /// <returns>What is wrong with it, never a part of it; null when nothing is.</returns>
    public static string? Fault(ReadOnlySpan<byte> json, out GcpCredentials? credentials)
    {
        credentials = null;
        try
        {
            var file = JsonSerializer.Deserialize(json, GcpJson.Default.GcpCredentialsFile);
            credentials = file?.Type switch
            {
                "service_account" => new ServiceAccount(Required(file.ClientEmail, "client_email"), file.PrivateKeyId ?? "", PemKey(file.PrivateKey), Address(file.TokenUri, "token_uri") ?? DefaultTokenUri),
                "authorized_user" => new User(Required(file.ClientId, "client_id"), Hidden(file.ClientSecret, "client_secret"), Hidden(file.RefreshToken, "refresh_token"), DefaultTokenUri),
                "external_account" => new Federation(PoolOf(file.Audience), Address(file.TokenUrl, "token_url"), file.SubjectTokenType, Address(file.ImpersonationUrl, "service_account_impersonation_url"), file.Source?.File,
                    file.Source?.Format is { Type: "json" } format ? Required(format.Field, "credential_source.format.subject_token_field_name") : null),
                _ => throw new FormatException($"has the type '{Words.Clip(file?.Type ?? "")}', expected service_account, authorized_user or external_account"),
            };
            credentials = credentials with { Universe = file.Universe };
            return null;
        }
        catch (JsonException)
        {
            return "is no JSON object of credentials as Google's tools write them";
        }
        catch (FormatException fault)
        {
            return fault.Message;
        }
    }

    private static Uri DefaultTokenUri { get; } = new("https://oauth2.googleapis.com/token");

    private static string Required(string? text, string field) => string.IsNullOrEmpty(text) ? throw new FormatException($"has no {field}") : text;

    private static Secret Hidden(string? text, string field) => Secret.FromText(Required(text, field));

    private static Uri? Address(string? text, string field)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "https", UserInfo: "", Query: "", Fragment: "" }
            ? address : throw new FormatException($"has a {field} that is no https address");
    }

    private static Secret PemKey(string? pem)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(Required(pem, "private_key"));
            return Secret.FromText(pem!);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new FormatException("has a private_key that is no RSA key in PEM");
        }
    }

    private static WorkloadPool PoolOf(string? audience)
        => WorkloadPool.Fault(Required(audience, "audience"), out var pool) is { } fault ? throw new FormatException($"has an audience that {fault}") : pool;
}

/// <summary>The file, field for field.</summary>
internal sealed class GcpCredentialsFile
{
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("universe_domain")]
    public string? Universe { get; init; }

    [JsonPropertyName("client_email")]
    public string? ClientEmail { get; init; }

    [JsonPropertyName("private_key_id")]
    public string? PrivateKeyId { get; init; }

    [JsonPropertyName("private_key")]
    public string? PrivateKey { get; init; }

    [JsonPropertyName("token_uri")]
    public string? TokenUri { get; init; }

    [JsonPropertyName("client_id")]
    public string? ClientId { get; init; }

    [JsonPropertyName("client_secret")]
    public string? ClientSecret { get; init; }

    [JsonPropertyName("refresh_token")]
    public string? RefreshToken { get; init; }

    [JsonPropertyName("audience")]
    public string? Audience { get; init; }

    [JsonPropertyName("token_url")]
    public string? TokenUrl { get; init; }

    [JsonPropertyName("subject_token_type")]
    public string? SubjectTokenType { get; init; }

    [JsonPropertyName("service_account_impersonation_url")]
    public string? ImpersonationUrl { get; init; }

    [JsonPropertyName("credential_source")]
    public SourceFile? Source { get; init; }

    internal sealed record SourceFile([property: JsonPropertyName("file")] string? File, [property: JsonPropertyName("format")] SourceFormat? Format);

    internal sealed record SourceFormat([property: JsonPropertyName("type")] string? Type, [property: JsonPropertyName("subject_token_field_name")] string? Field);
}
