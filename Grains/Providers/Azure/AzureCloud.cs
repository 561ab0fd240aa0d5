using System.Text.Json;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>One of Azure's clouds: where logins are, and where vaults are.</summary>
/// <param name="Authority">Where pods log in: <c>https://login.microsoftonline.com/</c>.</param>
/// <param name="VaultResource">What a login must be for, without a slash at its end: <c>https://vault.azure.net</c>.</param>
/// <param name="VaultSuffix">What follows the name of a vault in its host: <c>vault.azure.net</c>.</param>
internal sealed record AzureCloud(Uri Authority, string VaultResource, string VaultSuffix)
{
    /// <summary>The cloud whose endpoints are in a file: Azure Stack Hub, and clouds behind an air gap.</summary>
    private const string Stack = "AzureStackCloud";

    public static readonly AzureCloud Public = Of("login.microsoftonline.com", "vault.azure.net");

    /// <summary>The names of go-autorest, which the plugin takes, in any spelling of case.</summary>
    private static readonly Dictionary<string, AzureCloud> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AzurePublicCloud"] = Public,
        ["AzureCloud"] = Public,
        ["AzureUSGovernmentCloud"] = Of("login.microsoftonline.us", "vault.usgovcloudapi.net"),
        ["AzureUSGovernment"] = Of("login.microsoftonline.us", "vault.usgovcloudapi.net"),
        ["AzureChinaCloud"] = Of("login.chinacloudapi.cn", "vault.azure.cn"),
        ["AzureGermanCloud"] = Of("login.microsoftonline.de", "vault.microsoftazure.de"),
    };

    /// <summary>The address of a vault.</summary>
    public Uri Vault(string name) => new($"https://{name}.{VaultSuffix}/");

    /// <summary>The cloud called <paramref name="name"/>; <paramref name="file"/> has its endpoints where its name does not say them.</summary>
    /// <returns>The cloud; or what is wrong, and with which parameter.</returns>
    public static (AzureCloud? Cloud, string Field, string Fault) Find(string name, string file)
    {
        if (name.Equals(Stack, StringComparison.OrdinalIgnoreCase))
            return FromFile(file);
        return ByName.TryGetValue(name, out var cloud) ? (cloud, "", "")
            : (null, "cloudName", $"is '{Words.Clip(name)}', expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or {Stack}");
    }

    private static (AzureCloud?, string, string) FromFile(string file)
    {
        const string Field = "cloudEnvFileName";
        if (file.Length == 0)
            return (null, Field, $"is missing: {Stack} needs a JSON file, on the node as the driver sees it, with activeDirectoryEndpoint, keyVaultEndpoint and keyVaultDNSSuffix");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var (authority, resource, suffix) = (Value(json, "activeDirectoryEndpoint"), Value(json, "keyVaultEndpoint"), Value(json, "keyVaultDNSSuffix"));
            if (HttpEndpoint.Fault(authority, out var login) is { } fault || login.Scheme != Uri.UriSchemeHttps)
                return (null, Field, $"names a file whose activeDirectoryEndpoint is '{Words.Clip(authority)}', expected an https URL");
            if (Uri.CheckHostName(suffix) is not UriHostNameType.Dns)
                return (null, Field, $"names a file whose keyVaultDNSSuffix is '{Words.Clip(suffix)}', expected a name such as vault.azure.net");
            return (new AzureCloud(login, resource.Length == 0 ? $"https://{suffix}" : resource.TrimEnd('/'), suffix), "", "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, Field, $"names a file that cannot be read: {Words.Clip(e.Message)}");
        }
        catch (JsonException) // whose message may quote the file, which may be any
        {
            return (null, Field, "names a file that is not JSON");
        }
    }

    /// <summary>As Go reads it: names in any spelling of case.</summary>
    private static string Value(JsonDocument json, string name)
        => json.RootElement.ValueKind is not JsonValueKind.Object ? ""
            : json.RootElement.EnumerateObject().LastOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && field.Value.ValueKind is JsonValueKind.String)
                .Value is { ValueKind: JsonValueKind.String } value ? value.GetString()!.Trim() : "";

    private static AzureCloud Of(string login, string vaults) => new(new Uri($"https://{login}/"), $"https://{vaults}", vaults);
}
