using System.Collections.Immutable;
using System.Text.Json;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>An answer of a vault: a secret, a key, a certificate, a page of versions, or an error. Owns the body.</summary>
internal sealed class KeyVaultAnswer : IDisposable
{
    private readonly Secret _body;
    private readonly JsonDocument _json;

    private KeyVaultAnswer(Secret body, JsonDocument json) => (_body, _json) = (body, json);

    private JsonElement Root => _json.RootElement;

    /// <summary>The answer in <paramref name="body"/>, which then belongs to it; null when it is none: not JSON, or not an object.</summary>
    public static KeyVaultAnswer? Read(Secret body) => AnswerJson.Object(body) is { } json ? new KeyVaultAnswer(body, json) : null;

    /// <summary>The text of a secret.</summary>
    public string? Value => Root.Text("value");

    /// <summary>What the text of a secret is.</summary>
    public string ContentType => Root.Text("contentType") ?? "";

    /// <summary>Whether the secret is a certificate with its key: then it has the id of that key.</summary>
    public bool IsCertificate => Root.Text("kid") is { Length: > 0 };

    /// <summary>The certificate in DER, base64.</summary>
    public string? Certificate => Root.Text("cer");

    /// <summary>The public key as a JSON Web Key (RFC 7517).</summary>
    public JsonElement? Key => Root.Field("key");

    /// <summary>The version that was read; null when the answer does not say.</summary>
    public string? Version => VersionIn(Root.Text("id") ?? Key?.Text("kid"));

    /// <summary>Where the next page of a list is; null when this is the last.</summary>
    public string? NextLink => Root.Text("nextLink") is { Length: > 0 } link ? link : null;

    /// <summary>Versions on this page of a list that are enabled.</summary>
    public ImmutableArray<KeyVaultVersion> EnabledVersions
    {
        get
        {
            if (Root.Field("value") is not { ValueKind: JsonValueKind.Array } items)
                return [];
            return [.. items.EnumerateArray().Select(Enabled).OfType<KeyVaultVersion>()];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _body.Erase();
    }

    private static KeyVaultVersion? Enabled(JsonElement item)
        => item.Field("attributes") is { ValueKind: JsonValueKind.Object } attributes
            && attributes.Field("enabled") is not { ValueKind: JsonValueKind.False }
            && VersionIn(item.Text("id") ?? item.Text("kid")) is { } version ? new KeyVaultVersion(version, attributes.Number("created") ?? 0) : null;

    /// <summary><c>https://vault/secrets/name/version</c>: what follows the last slash.</summary>
    private static string? VersionIn(string? id) => id?[(id.LastIndexOf('/') + 1)..] is { Length: > 0 } version ? version : null;
}

/// <summary>One version of something.</summary>
/// <param name="Version">Its name: 32 hexadecimal digits.</param>
/// <param name="Created">When it was made, in seconds since 1970.</param>
internal sealed record KeyVaultVersion(string Version, double Created);
