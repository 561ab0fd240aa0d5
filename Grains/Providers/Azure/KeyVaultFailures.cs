using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Turns what a vault refuses into the closed set of failures, with its own words and what usually mends it.</summary>
internal static class KeyVaultFailures
{
    public static VolumeException Read(Uri address, AzureIdentity identity, KeyVaultRead read, string what, HttpAnswer answer, Secret login)
    {
        using var json = AnswerJson.Object(answer.Body);
        var error = json?.RootElement.Field("error");
        var code = error?.Text("code") ?? "";
        var reason = error?.Field("innererror")?.Text("code") ?? "";
        var (kind, hint) = Meaning(address, identity.Account, read, answer, reason);
        return HttpFailures.Of($"reading {what} from {address.Host} as {identity.Account}", answer, Said(code, reason, error?.Text("message")), [login], kind, hint);
    }

    private static string Said(string code, string reason, string? message)
        => string.Join(": ", new[] { reason.Length > 0 && reason != code ? $"{code} ({reason})" : code, message ?? "" }.Where(part => part.Length > 0));

    private static (VolumeError?, string?) Meaning(Uri address, AzureAccount account, KeyVaultRead read, HttpAnswer answer, string reason) => (answer.Status, reason) switch
    {
        (400, _) => (VolumeError.Invalid, null),
        (401, _) => (null, $"the vault wants a login of {Wanted(answer)}, and was shown one of tenant '{Words.Clip(account.Tenant)}' for {account.Resource}; check tenantID and cloudName"),
        (403, "SecretDisabled" or "KeyDisabled" or "CertificateDisabled") => (null, "it is disabled: enable it, or name another version"),
        (403, "ForbiddenByFirewall") => (null, "the vault's firewall does not let this node in"),
        (403, _) => (null, $"give {account} the right to get {read.Kind.Path}, and to list them where objectVersionHistory is used: by an access policy, or by the role {Role(read.Kind)}"),
        (404, _) when read.Version.Length > 0 => (null, "there is no such object or version in the vault"),
        (404, _) => (null, read.Kind == KeyVaultKind.Certificate ? "a certificate's private key is read as objectType secret" : "objectType says which is looked for: secret, key or cert"),
        _ => (null, null),
    };

    /// <summary>The built-in role that is just enough.</summary>
    private static string Role(KeyVaultKind kind)
        => kind == KeyVaultKind.Secret ? "Key Vault Secrets User" : kind == KeyVaultKind.Key ? "Key Vault Crypto User" : "Key Vault Certificate User";

    /// <summary>What the vault itself says where to log in and for what (RFC 6750's challenge).</summary>
    private static string Wanted(HttpAnswer answer)
    {
        var challenge = answer.Headers.WwwAuthenticate.FirstOrDefault(header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))?.Parameter;
        return challenge is { Length: > 0 } ? Words.Clip(challenge) : "another kind";
    }
}
