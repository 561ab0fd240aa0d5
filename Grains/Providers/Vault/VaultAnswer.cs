using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers.Plugins;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// An answer of the server: <c>{request_id, lease_id, lease_duration, renewable, data, warnings, auth …}</c>. The few paths that answer without this envelope
/// (<c>identity/oidc/.well-known/keys</c>, <c>sys/health</c>) have their whole answer as data.
/// </summary>
internal sealed class VaultAnswer : IDisposable
{
    private static readonly string[] Fields = ["request_id", "lease_id", "data", "warnings", "errors", "auth", "wrap_info"];

    private readonly JsonDocument _json;

    private VaultAnswer(JsonDocument json) => _json = json;

    private JsonElement Root => _json.RootElement;

    /// <summary>The answer in <paramref name="body"/>; null when it is none: not JSON, or not an object.</summary>
    public static VaultAnswer? Read(Secret body)
    {
        try
        {
            var json = JsonDocument.Parse(body.ExposeMemory());
            if (json.RootElement.ValueKind is JsonValueKind.Object)
            {
                if (body.Expose().IndexOf("\\ud"u8) >= 0 || body.Expose().IndexOf("\\uD"u8) >= 0)
                    ReadAll(json.RootElement);
                return new VaultAnswer(json);
            }
            json.Dispose();
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // no JSON, or half a surrogate pair in it
        {
            return null;
        }
    }

    /// <summary>What was read; null when there is nothing. In a KV store with versions it lies one deeper.</summary>
    public JsonElement? Data => Outer is { } data && data.TryGetProperty("data", out var inner) && inner.ValueKind is JsonValueKind.Object ? inner : Outer;

    private JsonElement? Outer
        => Root.TryGetProperty("data", out var data) && data.ValueKind is JsonValueKind.Object ? data
            : Fields.Any(name => Root.TryGetProperty(name, out _)) ? null
            : Root;

    public string LeaseId => Text(Root, "lease_id") ?? "";

    public TimeSpan LeaseDuration => TimeSpan.FromSeconds(Number(Root, "lease_duration") ?? 0);

    public bool IsRenewable => IsTrue(Root, "renewable");

    /// <summary>When what was read changes by itself: static database roles, OIDC tokens and KV stores without versions tell it so.</summary>
    public TimeSpan? TimeToLive => Outer is { } data && Number(data, "ttl") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The certificate that was issued, in PEM; null when none was.</summary>
    public string? Certificate => Data is { } data ? Text(data, "certificate") : null;

    /// <summary>The login; null when the answer is to something else.</summary>
    public VaultAuth? Auth
    {
        get
        {
            if (!Root.TryGetProperty("auth", out var auth) || auth.ValueKind is not JsonValueKind.Object || Text(auth, "client_token") is not { Length: > 0 } token)
                return null;
            return new VaultAuth(Secret.FromText(token), Text(auth, "accessor") ?? "", TimeSpan.FromSeconds(Number(auth, "lease_duration") ?? 0), IsTrue(auth, "renewable"));
        }
    }

    /// <summary>Errors and warnings of the server, one after the other.</summary>
    public string Said => string.Join("; ", Texts("errors").Concat(Texts("warnings")).Select(text => text.Trim()));

    /// <summary>
    /// The whole answer as the plugin writes it into a file: its fields in that order, keys in all maps sorted. The id of the request is left
    /// empty: else the file would be another at each poll.
    /// </summary>
    public Secret Whole()
    {
        var json = new StringBuilder("{\"request_id\":\"\",\"lease_id\":");
        GoJson.AppendString(json, LeaseId);
        json.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"lease_duration\":{(long)LeaseDuration.TotalSeconds},\"renewable\":{(IsRenewable ? "true" : "false")}");
        Append(json, "data", Outer, always: true);
        Append(json, "warnings", Field("warnings"), always: true);
        Append(json, "auth", Field("auth"), always: false);
        Append(json, "wrap_info", Field("wrap_info"), always: false);
        Append(json, "mount_type", Field("mount_type"), always: false);
        return Secret.FromText(json.Append('}').ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <summary>The parser lets half a surrogate pair pass, and fails only when that text is read.</summary>
    private static void ReadAll(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var entry in value.EnumerateObject())
                {
                    _ = entry.Name;
                    ReadAll(entry.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    ReadAll(item);
                break;
            case JsonValueKind.String:
                _ = value.GetString();
                break;
        }
    }

    private JsonElement? Field(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static void Append(StringBuilder json, string name, JsonElement? value, bool always)
    {
        if (value is null && !always)
            return;
        json.Append(",\"").Append(name).Append("\":");
        if (value is { } present)
            GoJson.Append(json, present);
        else
            json.Append("null");
    }

    private IEnumerable<string> Texts(string name)
        => Root.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind is JsonValueKind.String).Select(item => item.GetString()!)
            : [];

    private static string? Text(JsonElement from, string name)
        => from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement from, string name)
        => from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and < 1e10 ? number : null;

    private static bool IsTrue(JsonElement from, string name) => from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;
}

/// <summary>A login that the server granted.</summary>
internal readonly record struct VaultAuth(Secret Token, string Accessor, TimeSpan Life, bool IsRenewable);
