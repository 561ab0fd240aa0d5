using ActorCsi.Fakes.Stores;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Whatever the server refuses is told in its words, with what usually mends it, and without what was sent.</summary>
public sealed class RefusalTests : VaultTest
{
    private const string User = "- {objectName: user, secretPath: kv/data/shop, secretKey: user}";

    [Theory]
    [InlineData("- {objectName: a, secretPath: kv/data/none, secretKey: user}", VolumeError.NotFound, "GET kv/data/none: HTTP 404 (there is nothing at this path; in a KV store with versions, data/ follows the mount: kv/data/shop)")]
    [InlineData("- {objectName: a, secretPath: kv/shop, secretKey: user}", VolumeError.NotFound, "HTTP 404: Invalid path for a versioned K/V secrets engine.")]
    [InlineData("- {objectName: a, secretPath: none/shop, secretKey: user}", VolumeError.NotFound, "HTTP 404: no handler for route \"none/shop\". route entry not found.")]
    [InlineData("- {objectName: a, secretPath: 'kv/data/shop?version=7', secretKey: user}", VolumeError.NotFound, "HTTP 404")]
    [InlineData("- {objectName: a, secretPath: kv/data/gone, secretKey: user}", VolumeError.NotFound, "HTTP 404: version 1 was deleted at 2026-01-01T12:00:00.000000Z")]
    [InlineData("- {objectName: a, secretPath: kv/data/ruined, secretKey: user}", VolumeError.NotFound, "HTTP 404: version 1 was destroyed")]
    [InlineData("- {objectName: a, secretPath: kv/data/shop, secretKey: pin}", VolumeError.NotFound, "GET kv/data/shop has no key 'pin', it has 'user', 'password', 'port', 'tags'")]
    [InlineData("- {objectName: a, secretPath: kv/data/denied, secretKey: user}", VolumeError.ProviderDenies, "permission denied (the policies of role 'web' do not allow it)")]
    [InlineData("- {objectName: a, secretPath: pki/issue/shop, secretKey: certificate}", VolumeError.Invalid, "HTTP 405: unsupported operation (the path wants another method)")]
    [InlineData("- {objectName: a, secretPath: pki/issue/shop, secretKey: certificate, method: PUT, secretArgs: {common_name: evil.org}}", VolumeError.Invalid, "HTTP 400: common name evil.org not allowed by this role")]
    [InlineData("- {objectName: a, secretPath: database/creds/no-role, secretKey: user}", VolumeError.Invalid, "HTTP 400: unknown role: no-role")]
    public async Task Publish_ReadRefused_SaysWhyAndWhatMendsIt(string objects, VolumeError error, string part)
    {
        var kv = Vault.MountPki().MountDatabase().MountKv2("kv");
        kv.Put("shop", """{"user": "bob", "password": "x", "port": 1, "tags": []}""").Put("gone", "{}").Put("ruined", "{}").Put("denied", "{}");
        kv.Delete("gone", Time.GetUtcNow());
        kv.Destroy("ruined");
        Vault.Role("web", role => role with { Allowed = ["kv/data/shop", "kv/data/none", "kv/data/gone", "kv/data/ruined", "kv/shop", "none/*", "pki/*", "database/*"] });
        SetClass(objects);
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Kernel.Mounts);
    }

    [Theory]
    [InlineData("kubernetes", VolumeError.Invalid, "HTTP 400: invalid role name \"none\" (there is no such role;")]
    [InlineData("jwt", VolumeError.Invalid, "HTTP 400: role \"none\" could not be found (there is no such role;")]
    public async Task Publish_NoSuchRole_SaysSo(string mount, VolumeError error, string part)
    {
        Vault.Role("other", role => role with { IsJwt = mount == "jwt" }, mount);
        SetClass(User, ("roleName", "none"), ("vaultAuthMountPath", mount));
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NoSuchAuthMethod_SaysSo()
    {
        SetClass(User, ("vaultAuthMountPath", "nowhere"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("is an auth method mounted at nowhere?", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "HTTP 403: service account name not authorized (the role must be bound to service account default/web)")]
    [InlineData(true, "HTTP 400: error validating claims: claim \"sub\" does not match associated bound claim values (the role must be bound to service account default/web)")]
    public async Task Publish_OtherServiceAccount_IsDenied(bool isJwt, string part)
    {
        Vault.Role("web", role => role with { ServiceAccounts = ["other"], IsJwt = isJwt });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_OtherNamespace_IsDenied()
    {
        Vault.Role("web", role => role with { PodNamespaces = ["other"] });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains("namespace not authorized", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_RoleBoundToAnotherAudience_IsRefusedWithBoth(bool isJwt)
    {
        Vault.Role("web", role => role with { Audience = "https://vault", IsJwt = isJwt });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Assert.Contains("the pod's token is for audience 'vault'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_TokenOfAnotherIssuer_IsRefused()
    {
        using var other = new TokenIssuer();
        await using var server = await ActorCsi.Fakes.Stores.Vault.VaultServer.Start(other, Time, Authority.Server());
        server.Role("web");
        SetClass(User, ("vaultAddress", server.Front.Address.AbsoluteUri));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Assert.Contains("HTTP 403: permission denied (the server will not take the pod's token:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NoTokenForTheAudience_SaysWhatToAdd()
    {
        SetClass(User);
        var failure = await PublishFails(audiences: ["other"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("{audience: \"vault\"}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Vault.Front.Requests);
    }

    [Theory]
    [InlineData(429, VolumeError.ProviderThrottles)]
    [InlineData(500, VolumeError.ProviderUnavailable)]
    [InlineData(503, VolumeError.ProviderUnavailable)]
    [InlineData(472, VolumeError.ProviderUnavailable)]
    [InlineData(473, VolumeError.ProviderUnavailable)]
    [InlineData(412, VolumeError.ProviderFailed)]
    [InlineData(307, VolumeError.ProviderFailed)]
    public async Task Refresh_ServerFails_KeepsTheFiles(int status, VolumeError error)
    {
        SetClass(User);
        await Publish();
        Vault.Front.Break(Kv, StoreFaults.Status(status, """{"errors": ["it is so"]}""", retryAfter: 60), times: 100);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal(error, failure.Error);
        Assert.Equal((VolumeState.Stale, "bob"), ((await Status()).State, Files()["user"]));
    }

    [Fact]
    public async Task Publish_Sealed_SaysSo()
    {
        Vault.IsSealed = true;
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("HTTP 503: Vault is sealed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Garbage_MakesNoSense()
    {
        Vault.Front.Break(Kv, StoreFaults.Garbage);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("the answer makes no sense, expected JSON as the server writes it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_LoginGarbage_MakesNoSense()
    {
        Vault.Front.Break(StoreFaults.Garbage);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
    }

    [Fact]
    public async Task Publish_ServerQuotesWhatItWasSent_NothingOfItIsSeen()
    {
        var token = Issuer.Issue(Pod(), "vault", Time.GetUtcNow());
        Vault.Front.Break(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            token = System.Text.Json.JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement.GetProperty("jwt").GetString()!;
            context.Response.StatusCode = 403;
            await context.Response.WriteAsJsonAsync(new { errors = new[] { $"the token {token} is no good" } });
        });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Contains("the token [redacted] is no good", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Lines.All, line => line.Contains(token[..40], StringComparison.Ordinal));
    }

    private static bool Kv(HttpRequest request) => request.Path.StartsWithSegments("/v1/kv", StringComparison.Ordinal);
}
