using System.Text.Json.Serialization;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>What is said to Google and what Google says, field for field. Long numbers come as texts.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(GcpCredentialsFile))]
[JsonSerializable(typeof(TokenExchange))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(Impersonation))]
[JsonSerializable(typeof(ImpersonationAnswer))]
[JsonSerializable(typeof(SecretVersionAnswer))]
[JsonSerializable(typeof(ParameterVersionAnswer))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(JwtHeader))]
[JsonSerializable(typeof(JwtBody))]
internal sealed partial class GcpJson : JsonSerializerContext;

/// <summary>A token of somebody else's for one of Google's (RFC 8693).</summary>
internal sealed record TokenExchange(
    [property: JsonPropertyName("audience")] string Audience,
    [property: JsonPropertyName("subject_token")] string SubjectToken,
    [property: JsonPropertyName("subject_token_type")] string SubjectTokenType)
{
    [JsonPropertyName("grant_type")]
    public string GrantType { get; } = "urn:ietf:params:oauth:grant-type:token-exchange";

    [JsonPropertyName("requested_token_type")]
    public string RequestedTokenType { get; } = "urn:ietf:params:oauth:token-type:access_token";

    [JsonPropertyName("scope")]
    public string Scope { get; } = GoogleTokens.Scope;
}

/// <summary>The answer of every OAuth 2.0 token endpoint (RFC 6749, section 5.1).</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] double? ExpiresIn);

/// <summary>generateAccessToken of IAM Credentials.</summary>
internal sealed record Impersonation(
    [property: JsonPropertyName("scope")] string[] Scope,
    [property: JsonPropertyName("delegates")] string[] Delegates,
    [property: JsonPropertyName("lifetime")] string Lifetime);

/// <summary>Its answer.</summary>
internal sealed record ImpersonationAnswer(
    [property: JsonPropertyName("accessToken")] string? AccessToken,
    [property: JsonPropertyName("expireTime")] DateTimeOffset? ExpireTime);

/// <summary>The answer of <c>:access</c> of Secret Manager.</summary>
internal sealed record SecretVersionAnswer(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("payload")] SecretPayload? Payload);

/// <summary>The content of a secret's version, and the CRC-32C of it. Where a field is missing it is the empty one.</summary>
internal sealed record SecretPayload(
    [property: JsonPropertyName("data")] byte[]? Data,
    [property: JsonPropertyName("dataCrc32c")] long? Crc32C);

/// <summary>The answer of <c>:render</c> of Parameter Manager.</summary>
internal sealed record ParameterVersionAnswer(
    [property: JsonPropertyName("parameterVersion")] string? Name,
    [property: JsonPropertyName("renderedPayload")] byte[]? Rendered);

/// <summary>The header of a token that a service account signs (RFC 7515).</summary>
internal sealed record JwtHeader([property: JsonPropertyName("kid")] string KeyId)
{
    [JsonPropertyName("alg")]
    public string Algorithm { get; } = "RS256";

    [JsonPropertyName("typ")]
    public string Type { get; } = "JWT";
}

/// <summary>What it says with it (RFC 7523).</summary>
internal sealed record JwtBody(
    [property: JsonPropertyName("iss")] string Issuer,
    [property: JsonPropertyName("aud")] string Audience,
    [property: JsonPropertyName("iat")] long IssuedAt,
    [property: JsonPropertyName("exp")] long Expires)
{
    [JsonPropertyName("scope")]
    public string Scope { get; } = GoogleTokens.Scope;
}
