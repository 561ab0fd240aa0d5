using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Vault;

/// <summary>Logins and tokens.</summary>
public sealed partial class VaultServer
{
    private readonly Dictionary<(string Namespace, string Mount, string Role), VaultRole> _roles = [];
    private readonly Dictionary<string, VaultToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>The tokens that live, but the root's.</summary>
    public IReadOnlyList<VaultToken> Tokens
    {
        get
        {
            lock (_gate)
            {
                EndWhatIsOver();
                return [.. _tokens.Values.Where(token => token.Id != RootToken)];
            }
        }
    }

    /// <summary>How many logins there were.</summary>
    public int Logins { get; private set; }

    /// <summary>Adds a role, or changes one.</summary>
    public VaultServer Role(string name, Func<VaultRole, VaultRole>? change = null, string mount = "kubernetes", string @namespace = "")
    {
        lock (_gate)
            _roles[(@namespace, mount, name)] = (change ?? (role => role))(new VaultRole());
        return this;
    }

    /// <summary>Ends all logins, and with them all leases, as an operator may.</summary>
    public void RevokeAll()
    {
        lock (_gate)
            foreach (var token in _tokens.Values.Where(token => token.Id != RootToken).ToArray())
                End(token);
    }

    private Answer Login(string ns, string mount, JsonObject arguments)
    {
        if (!_roles.Keys.Any(role => role.Namespace == ns && role.Mount == mount))
            throw new Refusal(404, $"no handler for route \"auth/{mount}/login\". route entry not found.");
        var (jwt, name) = (Text(arguments, "jwt"), Text(arguments, "role"));
        if (name.Length == 0)
            throw new Refusal(400, "missing role");
        if (jwt.Length == 0)
            throw new Refusal(400, "missing jwt");
        var isJwt = _roles.Any(role => role.Key.Namespace == ns && role.Key.Mount == mount && role.Value.IsJwt);
        if (!_roles.TryGetValue((ns, mount, name), out var role))
            throw new Refusal(400, isJwt ? $"role \"{name}\" could not be found" : $"invalid role name \"{name}\"");

        var claims = _issuer.Verify(jwt, Now, out var fault);
        if (claims is null)
            throw isJwt ? new Refusal(400, $"error validating token: error verifying token: {fault}") : new Refusal(403, "permission denied");
        var audiences = claims["aud"]!.AsArray().Select(audience => (string)audience!).ToArray();
        if (role.Audience is { } bound && !audiences.Contains(bound))
            throw isJwt ? new Refusal(400, "error validating token: invalid audience (aud) claim: audience claim does not match any bound audience")
                : new Refusal(403, "invalid audience (aud) claim: audience claim does not match any bound audience");
        var pod = claims["kubernetes.io"]!;
        var (podNamespace, account) = ((string)pod["namespace"]!, (string)pod["serviceaccount"]!["name"]!);
        if (!role.ServiceAccounts.Any(allowed => allowed == "*" || allowed == account))
            throw isJwt ? new Refusal(400, "error validating claims: claim \"sub\" does not match associated bound claim values") : new Refusal(403, "service account name not authorized");
        if (!role.PodNamespaces.Any(allowed => allowed == "*" || allowed == podNamespace))
            throw isJwt ? new Refusal(400, "error validating claims: claim \"sub\" does not match associated bound claim values") : new Refusal(403, "namespace not authorized");

        Logins++;
        var id = $"{(role.IsBatch ? "hvb" : "hvs")}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";
        var token = new VaultToken(id, role.IsBatch ? "" : $"accessor-{Logins}", name, role, Now + role.Ttl, Now + role.MaxTtl, !role.IsBatch && role.Ttl < role.MaxTtl, role.IsBatch, ns)
        {
            UsesLeft = role.Uses,
            ServiceAccount = $"{podNamespace}/{account}",
        };
        _tokens.Add(id, token);
        return Envelope(null, auth: Auth(token, role.Ttl, withToken: true));
    }

    private static JsonObject Auth(VaultToken token, TimeSpan life, bool withToken) => new()
    {
        ["client_token"] = withToken ? token.Id : "",
        ["accessor"] = token.Accessor,
        ["policies"] = new JsonArray("default", token.RoleName),
        ["token_policies"] = new JsonArray("default", token.RoleName),
        ["metadata"] = new JsonObject { ["role"] = token.RoleName },
        ["lease_duration"] = (long)life.TotalSeconds,
        ["renewable"] = token.IsRenewable,
        ["entity_id"] = "e-1",
        ["token_type"] = token.IsBatch ? "batch" : "service",
        ["orphan"] = true,
        ["num_uses"] = 0,
    };

    private VaultToken Authenticate(HttpRequest request, string ns)
    {
        var sent = request.Headers["X-Vault-Token"].ToString();
        if (sent.Length == 0 && request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var bearer])
            sent = bearer;
        if (sent.Length == 0)
            throw new Refusal(400, "missing client token");
        if (!_tokens.TryGetValue(sent, out var token) || !(ns == token.Namespace || ns.StartsWith(token.Namespace, StringComparison.Ordinal)))
            throw new Refusal(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
        if (token.UsesLeft is { } left)
        {
            _tokens[sent] = token = token with { UsesLeft = left - 1 };
            if (left == 1)
                End(token);
        }
        return token;
    }

    private static void Authorise(VaultToken token, string path)
    {
        if (token.Id == RootToken || path is "auth/token/lookup-self" or "auth/token/renew-self" or "auth/token/revoke-self" or "sys/leases/renew") // the default policy
            return;
        if (!token.Role!.Allowed.Any(pattern => Regex.IsMatch(path, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$")))
            throw new Refusal(403, "1 error occurred:\n\t* permission denied\n\n");
    }

    private Answer LookupSelf(VaultToken token) => Envelope(new JsonObject
    {
        ["id"] = token.Id,
        ["accessor"] = token.Accessor,
        ["ttl"] = (long)Math.Min((token.ExpiresAt - Now).TotalSeconds, 1e9),
        ["renewable"] = token.IsRenewable,
        ["path"] = "auth/kubernetes/login",
        ["policies"] = new JsonArray("default", token.RoleName),
        ["type"] = token.IsBatch ? "batch" : "service",
    });

    private Answer RenewSelf(VaultToken token)
    {
        if (token.IsBatch)
            throw new Refusal(400, "batch tokens cannot be renewed");
        if (!token.IsRenewable)
            throw new Refusal(400, "lease is not renewable");
        var until = Now + token.Role!.Ttl;
        var renewed = token with { ExpiresAt = until < token.LatestEnd ? until : token.LatestEnd };
        _tokens[token.Id] = renewed;
        return Envelope(null, auth: Auth(renewed, renewed.ExpiresAt - Now, withToken: true));
    }

    private Answer RevokeSelf(VaultToken token)
    {
        if (token.IsBatch)
            throw new Refusal(400, "batch tokens cannot be revoked");
        End(token);
        return new Answer(204, null);
    }

    private void End(VaultToken token)
    {
        _tokens.Remove(token.Id);
        foreach (var lease in _leases.Values.Where(lease => lease.Token == token.Id).ToArray())
            End(lease);
    }

    private void EndWhatIsOver()
    {
        foreach (var lease in _leases.Values.Where(lease => lease.ExpiresAt <= Now).ToArray())
            End(lease);
        foreach (var token in _tokens.Values.Where(token => token.ExpiresAt <= Now).ToArray())
            End(token);
    }
}

/// <summary>A role of an auth method.</summary>
public sealed record VaultRole
{
    /// <summary>Names of service accounts; <c>*</c> for all.</summary>
    public string[] ServiceAccounts { get; init; } = ["*"];

    /// <summary>Namespaces of pods; <c>*</c> for all.</summary>
    public string[] PodNamespaces { get; init; } = ["*"];

    /// <summary>The audience that a token must be for; null for any.</summary>
    public string? Audience { get; init; } = "vault";

    /// <summary>Paths that may be read and written, beside what the default policy allows; <c>*</c> stands for anything.</summary>
    public string[] Allowed { get; init; } = ["*"];

    /// <summary>How long a login lives, and how long it can be renewed to.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(1);

    /// <inheritdoc cref="Ttl"/>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Whether its tokens are batch tokens: not renewed, not revoked.</summary>
    public bool IsBatch { get; init; }

    /// <summary>How many requests a token is good for; null for any number.</summary>
    public int? Uses { get; init; }

    /// <summary>Whether the method is jwt, which refuses in other words.</summary>
    public bool IsJwt { get; init; }
}

/// <summary>A token of the server.</summary>
public sealed record VaultToken(
    string Id, string Accessor, string RoleName, VaultRole? Role, DateTimeOffset ExpiresAt, DateTimeOffset LatestEnd, bool IsRenewable, bool IsBatch, string Namespace)
{
    /// <summary>How many requests it is good for.</summary>
    public int? UsesLeft { get; init; }

    /// <summary>Whose login it was.</summary>
    public string ServiceAccount { get; init; } = "";
}
