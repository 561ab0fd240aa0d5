using System.Text.Json;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// Turns a login that was refused into the closed set of failures. Entra says why by numbers (AADSTS…), which stay; what mends it is added here.
/// </summary>
internal static class EntraFailures
{
    public static VolumeException Login(AzureAccount account, HttpAnswer answer, JsonElement? json, Secret proof)
    {
        var what = $"login of {account} in tenant '{Words.Clip(account.Tenant)}' at {account.Authority.Address.Host}";
        var (error, hint) = answer.Status is 400 or 401 or 403 ? Meaning(account, Code(json), json?.Text("error")) : (null, null);
        return HttpFailures.Of(what, answer, Said(json), [proof], error, hint);
    }

    /// <summary>
    /// Its own words without the ids and the time of the request: with these no two messages would be the same, and the pod would have an event for each try.
    /// </summary>
    private static string? Said(JsonElement? json)
    {
        var said = json?.Text("error_description") ?? json?.Text("error");
        return said?.IndexOf("Trace ID:", StringComparison.Ordinal) is > 0 and var end ? said[..end].TrimEnd() : said;
    }

    private static int Code(JsonElement? json)
        => json?.Field("error_codes") is { ValueKind: JsonValueKind.Array } codes && codes.GetArrayLength() > 0
            && codes[0].ValueKind is JsonValueKind.Number && codes[0].TryGetInt32(out var code) ? code : 0;

    private static (VolumeError? Error, string? Hint) Meaning(AzureAccount account, int code, string? error) => code switch
    {
        70021 or 700213 => (VolumeError.ProviderDenies, Federation(account)),
        700211 or 700212 => (VolumeError.TokenRefused, Federation(account)),
        700024 => (VolumeError.TokenRefused, "kubelet brings a new token with its next publish; if this stays, compare the clocks of this cluster's API server and the world"),
        50013 => (VolumeError.TokenRefused, "Entra cannot check the token's signature: the cluster's issuer must publish its present keys"),
        700016 => (VolumeError.Invalid, "there is no such application or identity in this tenant; check clientID and tenantID"),
        90002 or 900023 => (VolumeError.Invalid, "there is no such tenant; check tenantID and cloudName"),
        7000215 or 7000222 => (VolumeError.TokenRefused, "check clientsecret in the Secret of nodePublishSecretRef: it must be the secret's value, not its id, and not have expired"),
        _ when error is "temporarily_unavailable" => (VolumeError.ProviderUnavailable, null),
        _ => (VolumeError.TokenRefused, null),
    };

    private static string Federation(AzureAccount account) => account.Authority.ServerName is not null
        ? $"is the identity bound to this cluster, and may service account {account.PodNamespace}/{account.ServiceAccount} use it?"
        : "the identity needs a federated credential for this cluster's issuer with subject "
        + $"system:serviceaccount:{account.PodNamespace}:{account.ServiceAccount} and audience {AzureClass.EntraAudience}; a new one takes some minutes to count";
}
