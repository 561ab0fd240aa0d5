using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>What all calls to Google have in common.</summary>
internal static class GcpAnswers
{
    public static KeyValuePair<string, string> Bearer(Secret login) => new("Authorization", $"Bearer {login.ExposeText()}");

    /// <exception cref="VolumeException">The answer is no JSON of that kind.</exception>
    public static T Read<T>(HttpAnswer answer, JsonTypeInfo<T> type, string what, string expected)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Expose(), type) ?? throw HttpFailures.Garbage(what, expected);
        }
        catch (JsonException) // its message may quote the answer
        {
            throw HttpFailures.Garbage(what, expected);
        }
    }

    /// <summary>
    /// What an answer says has gone wrong. Token endpoints have <c>{error: code, error_description}</c> (RFC 6749), all others
    /// <c>{error: {status, message, details: [{reason}]}}</c>.
    /// </summary>
    public static GoogleError Error(HttpAnswer answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.Body.ExposeMemory());
            var root = json.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("error", out var error))
                return GoogleError.None;
            if (error.ValueKind is not JsonValueKind.Object)
                return new GoogleError(Text(root, "error"), "", string.Join(": ", new[] { Text(root, "error"), Text(root, "error_description") }.Where(text => text.Length > 0)));
            var reason = error.TryGetProperty("details", out var details) && details.ValueKind is JsonValueKind.Array
                ? details.EnumerateArray().Select(detail => Text(detail, "reason")).FirstOrDefault(text => text.Length > 0) : null;
            return new GoogleError(Text(error, "status"), reason ?? "", Text(error, "message"));
        }
        catch (JsonException)
        {
            return GoogleError.None;
        }
    }

    private static string Text(JsonElement from, string name)
        => from.ValueKind is JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>A refusal in Google's words.</summary>
/// <param name="Status"><c>PERMISSION_DENIED</c>, <c>invalid_grant</c> …</param>
/// <param name="Reason"><c>SERVICE_DISABLED</c> …; empty when none is told.</param>
/// <param name="Said">The message; may quote anything.</param>
internal readonly record struct GoogleError(string Status, string Reason, string Said)
{
    public static readonly GoogleError None = new("", "", "");
}
