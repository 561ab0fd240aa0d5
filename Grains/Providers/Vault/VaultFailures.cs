using System.Globalization;
using System.Text.Json;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>Turns what the server refuses into the closed set of failures, with its own words and what usually mends it.</summary>
internal static class VaultFailures
{
    private const string PointsElsewhere = "it points elsewhere, and not just to the active server: name that one, or let the standby forward requests";

    /// <summary>A login that was refused. The server says little on purpose; what it may mean is said here.</summary>
    public static VolumeException Login(VaultAccount account, HttpAnswer answer, string? said, Secret podToken)
    {
        var what = $"{account}: login as role '{Words.Clip(account.Role)}' at auth/{account.AuthMount}";
        var words = said ?? "";
        if (answer.Status is not (400 or 401 or 403 or 404 or 500) || (answer.Status == 500 && !IsAboutIdentity(words)))
            return Failure(what, answer, said, podToken, null, answer.Status is >= 300 and < 400 ? PointsElsewhere : null);
        if (answer.Status == 404)
            return Failure(what, answer, said, podToken, VolumeError.Invalid, $"is an auth method mounted at {account.AuthMount}{InNamespace(account)}?");
        if (Has(words, "audience"))
            return Failure(what, answer, said, podToken, VolumeError.TokenRefused, $"the pod's token is for audience '{account.Audience}': the role must be bound to it, or parameters.audience name the one that it is bound to");
        if (Has(words, "invalid role name") || Has(words, "could not be found") || Has(words, "missing role"))
            return Failure(what, answer, said, podToken, VolumeError.Invalid, "there is no such role; check parameters.roleName and the path of the auth method");
        if (Has(words, "not authorized") || Has(words, "claims"))
            return Failure(what, answer, said, podToken, VolumeError.ProviderDenies, $"the role must be bound to service account {account.PodNamespace}/{account.ServiceAccount}");
        if (Has(words, "expired"))
            return Failure(what, answer, said, podToken, VolumeError.TokenRefused, "kubelet brings a new token with its next publish; if this stays, compare the clocks of the server and the API server");
        return Failure(what, answer, said, podToken, VolumeError.TokenRefused,
            "the server will not take the pod's token: check that it can review tokens of this cluster (token reviewer, issuer, keys), and the role's bound service accounts and audience");
    }

    /// <summary>A read that was refused.</summary>
    public static VolumeException Read(VaultAccount account, VaultRead read, HttpAnswer answer, Secret token)
    {
        using var envelope = VaultAnswer.Read(answer.Body);
        var what = $"{account}: {read}";
        return answer.Status switch
        {
            400 or 405 or 413 => Failure(what, answer, envelope?.Said, token, VolumeError.Invalid, answer.Status == 405 ? "the path wants another method" : null),
            403 => Failure(what, answer, envelope?.Said, token, null, $"the policies of role '{Words.Clip(account.Role)}' do not allow it{InNamespace(account)}"),
            404 when Gone(envelope) is { } gone => Failure(what, answer, gone, token, null, null),
            404 => Failure(what, answer, envelope?.Said, token, null,
                envelope is { Said.Length: > 0 } ? null : $"there is nothing at this path{InNamespace(account)}; in a KV store with versions, data/ follows the mount: kv/data/shop"),
            472 or 473 => Failure(what, answer, envelope?.Said, token, VolumeError.ProviderUnavailable, "a standby answered"),
            >= 300 and < 400 => Failure(what, answer, null, token, null, PointsElsewhere),
            _ => Failure(what, answer, envelope?.Said, token, null, null),
        };
    }

    /// <summary>A good status, and nothing that could be read: nothing at all (204), or something that is no answer of this server.</summary>
    public static VolumeException NoJson(VaultAccount account, VaultRead read, HttpAnswer answer) => answer.Body.Length == 0
        ? new VolumeException(VolumeError.NotFound, $"{account}: {read} gives no data (HTTP {answer.Status})")
        : HttpFailures.Garbage($"{account}: {read}", "JSON as the server writes it");

    /// <summary>Any other call that failed.</summary>
    public static VolumeException Call(VaultAccount account, string what, HttpAnswer answer, string? said, Secret token)
        => Failure($"{account}: {what}", answer, said, token, null, null);

    private static VolumeException Failure(string what, HttpAnswer answer, string? said, Secret secret, VolumeError? error, string? hint)
        => HttpFailures.Of(what, answer, said, [secret], error, hint);

    private static string InNamespace(VaultAccount account) => account.Namespace.Length == 0 ? "" : $" in namespace '{Words.Clip(account.Namespace)}'";

    private static bool Has(string said, string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>Servers of 2021 tell what is wrong with a service account with status 500.</summary>
    private static bool IsAboutIdentity(string said) => Has(said, "service account") || Has(said, "namespace not authorized") || Has(said, "claims");

    /// <summary>What became of a version that is gone: the server tells with an envelope like that of a secret.</summary>
    private static string? Gone(VaultAnswer? envelope)
    {
        if (envelope?.Data is not { } data || !data.TryGetProperty("metadata", out var metadata) || metadata.ValueKind is not JsonValueKind.Object)
            return null;
        var version = metadata.TryGetProperty("version", out var number) && number.TryGetInt32(out var n) ? n.ToString(CultureInfo.InvariantCulture) : "?";
        if (metadata.TryGetProperty("destroyed", out var destroyed) && destroyed.ValueKind is JsonValueKind.True)
            return $"version {version} was destroyed";
        return metadata.TryGetProperty("deletion_time", out var time) && time.GetString() is { Length: > 0 } when ? $"version {version} was deleted at {Words.Clip(when)}" : null;
    }
}
