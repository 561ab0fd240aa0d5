using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorCsi.Grains.Tokens;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>
/// Builds the message that a plugin gets, as it got it from the peer: JSON objects of strings with sorted keys, written as Go's encoding/json
/// writes them.
/// </summary>
internal static class MountRequests
{
    private const string TokensKey = "csi.storage.k8s.io/serviceAccount.tokens";

    private static readonly JsonWriterOptions Go = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static MountRequest Of(FetchRequest request)
    {
        var tokens = request.Tokens.All.IsEmpty ? null : Tokens(request.Tokens);
        return new MountRequest
        {
            Attributes = Attributes(request, tokens),
            Secrets = Secrets(request, tokens),
            TargetPath = request.Volume.TargetPath,
            Permission = SecretFile.DefaultMode.ToString(CultureInfo.InvariantCulture),
            // current_object_version stays empty: the peer never fills it, and plugins may take it for "nothing to do".
        };
    }

    /// <summary>The class's parameters, overlaid by the whole volume context, and the tokens wherever they came from.</summary>
    private static string Attributes(FetchRequest request, string? tokens)
    {
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in request.Class.Parameters)
            attributes[key] = value;
        foreach (var (key, value) in request.Volume.Attributes)
            attributes[key] = value;
        if (tokens is not null)
            attributes[TokensKey] = tokens;
        return Json(attributes);
    }

    /// <summary>The Secret of nodePublishSecretRef, with the tokens if kubelet put them there; <c>null</c> when there is neither.</summary>
    private static string Secrets(FetchRequest request, string? tokens)
    {
        var secrets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.NodePublishSecrets)
            secrets[name] = value.ExposeText();
        if (tokens is not null && request.TokenSource is TokenSource.Secrets)
            secrets[TokensKey] = tokens;
        return secrets.Count == 0 ? "null" : Json(secrets);
    }

    private static string Tokens(PodTokens tokens) => Write(json =>
    {
        json.WriteStartObject();
        foreach (var token in tokens.All)
        {
            json.WriteStartObject(token.Audience);
            json.WriteString("token", token.Token.Expose());
            json.WriteString("expirationTimestamp", token.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    private static string Json(SortedDictionary<string, string> entries) => Write(json =>
    {
        json.WriteStartObject();
        foreach (var (key, value) in entries)
            json.WriteString(key, value);
        json.WriteEndObject();
    });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Go))
            write(json);
        // Go escapes these three for the sake of HTML. Outside of strings JSON has none of them.
        return Encoding.UTF8.GetString(buffer.WrittenSpan)
            .Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal);
    }
}
