using System.Text;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Grains.Providers.Plugins;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>The calls to one server for one account. Nothing is remembered here.</summary>
internal sealed class VaultApi(ProviderHttp http, VaultAccount account)
{
    /// <summary>Shows the pod's token and is given one of the server's. The same call for the kubernetes and the jwt method.</summary>
    /// <exception cref="VolumeException">There is no login, and why.</exception>
    public async Task<VaultAuth> Login(Secret podToken, CancellationToken cancellationToken)
    {
        var body = Json(("jwt", podToken.ExposeText()), ("role", account.Role));
        using var answer = await Send("vault login", HttpMethod.Post, $"v1/auth/{account.AuthMount}/login", null, body, isIdempotent: true, cancellationToken);
        using var read = VaultAnswer.Read(answer.Body);
        if (!answer.IsSuccess)
            throw VaultFailures.Login(account, answer, read?.Said, podToken);
        return read?.Auth ?? throw HttpFailures.Garbage($"{account}: login", "a login");
    }

    /// <summary>The login with new time to live; null when it cannot be renewed, or is no more.</summary>
    /// <exception cref="VolumeException">The server does not answer.</exception>
    public async Task<VaultAuth?> RenewSelf(Secret token, CancellationToken cancellationToken)
    {
        using var answer = await Send("vault renew-self", HttpMethod.Post, "v1/auth/token/renew-self", token, Json(), isIdempotent: true, cancellationToken);
        if (answer.Status is 400 or 403 or 404)
            return null;
        using var read = VaultAnswer.Read(answer.Body);
        return answer.IsSuccess ? read?.Auth : throw VaultFailures.Call(account, "renewing the login", answer, read?.Said, token);
    }

    /// <summary>Whether the server knows the login.</summary>
    /// <exception cref="VolumeException">The server does not answer.</exception>
    public async Task<bool> Knows(Secret token, CancellationToken cancellationToken)
    {
        using var answer = await Send("vault lookup-self", HttpMethod.Get, "v1/auth/token/lookup-self", token, null, isIdempotent: true, cancellationToken);
        return answer.IsSuccess || (answer.Status == 403 ? false : throw VaultFailures.Call(account, "looking the login up", answer, null, token));
    }

    /// <summary>Ends the login, and with it all its leases. True when it is gone, false when the server keeps it to its end (batch tokens).</summary>
    /// <exception cref="VolumeException">The server does not answer.</exception>
    public async Task<bool> RevokeSelf(Secret token, CancellationToken cancellationToken)
    {
        using var answer = await Send("vault revoke-self", HttpMethod.Post, "v1/auth/token/revoke-self", token, Json(), isIdempotent: true, cancellationToken);
        return answer.IsSuccess || answer.Status switch
        {
            403 => true, // it is gone already
            400 or 404 or 405 => false,
            _ => throw VaultFailures.Call(account, "ending the login", answer, null, token),
        };
    }

    /// <summary>The answer, whatever its status.</summary>
    /// <exception cref="VolumeException">There is none.</exception>
    public Task<HttpAnswer> Read(VaultRead read, Secret token, CancellationToken cancellationToken)
        => Send($"vault {read.Method}", new HttpMethod(read.Method), read.Path, token, read.Body is { } body ? Encoding.UTF8.GetBytes(body) : null, isIdempotent: !read.Writes, cancellationToken);

    /// <summary>The lease's new time to live; null when it cannot be renewed, or is no more.</summary>
    /// <exception cref="VolumeException">The server does not answer.</exception>
    public async Task<TimeSpan?> RenewLease(string lease, TimeSpan increment, Secret token, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"lease_id\":{Quoted(lease)},\"increment\":{(long)increment.TotalSeconds}}}");
        using var answer = await Send("vault renew lease", HttpMethod.Post, "v1/sys/leases/renew", token, body, isIdempotent: true, cancellationToken);
        if (answer.Status is 400 or 403 or 404)
            return null;
        using var read = VaultAnswer.Read(answer.Body);
        return answer.IsSuccess ? read?.LeaseDuration : throw VaultFailures.Call(account, "renewing a lease", answer, read?.Said, token);
    }

    /// <summary>Ends a lease. True when it is gone, false when the role may not end it: its time or its login's end will.</summary>
    /// <exception cref="VolumeException">The server does not answer.</exception>
    public async Task<bool> RevokeLease(string lease, Secret token, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"lease_id\":{Quoted(lease)},\"sync\":true}}");
        using var answer = await Send("vault revoke lease", HttpMethod.Post, "v1/sys/leases/revoke", token, body, isIdempotent: true, cancellationToken);
        return answer.IsSuccess || answer.Status switch
        {
            400 or 404 => true, // there is no such lease
            403 => false,
            _ => throw VaultFailures.Call(account, "ending a lease", answer, null, token),
        };
    }

    private async Task<HttpAnswer> Send(string purpose, HttpMethod method, string path, Secret? token, byte[]? body, bool isIdempotent, CancellationToken cancellationToken)
    {
        var call = new HttpCall(method, path)
        {
            Purpose = purpose,
            Headers = [.. Headers(token)],
            Body = body,
            IsIdempotent = isIdempotent,
            AlsoTransient = [412], // a standby that has not yet heard of what this client did a moment ago
        };
        var answer = await http.To(account.Endpoint).Send(call, cancellationToken);
        if (ActiveServer(answer, path) is not { } address)
            return answer;
        answer.Dispose();
        return await http.To(account.Endpoint with { Address = new Uri(address, "/") }).Send(call with { Path = address.PathAndQuery[1..] }, cancellationToken);
    }

    /// <summary>
    /// Where a standby points to that does not forward requests: the same path of another server, which must prove itself in the same way. Never from HTTPS to HTTP, and
    /// followed once, as the vendor's client does. Null when the answer is anything else.
    /// </summary>
    private Uri? ActiveServer(HttpAnswer answer, string path)
    {
        if (answer is not { Status: 301 or 302 or 307, Headers.Location: { } location })
            return null;
        var address = new Uri(account.Endpoint.Address, location);
        var isSafe = address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && account.Endpoint.Address.Scheme == Uri.UriSchemeHttp);
        var isSame = Uri.UnescapeDataString(address.AbsolutePath).EndsWith('/' + Uri.UnescapeDataString(path.Split('?')[0]), StringComparison.Ordinal);
        return isSafe && isSame && address.UserInfo.Length == 0 ? address : null;
    }

    private IEnumerable<KeyValuePair<string, string>> Headers(Secret? token)
    {
        yield return new("X-Vault-Request", "true"); // agents in between may insist on it
        if (account.Namespace.Length > 0)
            yield return new("X-Vault-Namespace", account.Namespace + "/");
        if (token is not null)
            yield return new("X-Vault-Token", token.ExposeText());
    }

    private static byte[] Json(params (string Name, string Value)[] fields)
        => Encoding.UTF8.GetBytes(GoJson.Object(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    private static string Quoted(string text)
    {
        var json = new StringBuilder();
        GoJson.AppendString(json, text);
        return json.ToString();
    }
}
