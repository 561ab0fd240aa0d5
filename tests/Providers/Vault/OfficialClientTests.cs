using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Vault;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>The server of these tests, driven by node-vault.</summary>
public sealed class OfficialClientTests
{
    private const string Package = "node-vault@0.12.0";

    [NpmFact]
    public async Task NodeVault_DrivesTheServer_AsItDoesTheRealOne()
    {
        using var issuer = new TokenIssuer();
        var time = new VirtualTime(); // stands still: lives are told to the second
        await using var server = await VaultServer.Start(issuer, time);
        server.Role("web").MountDatabase().MountPki().MountKv1("old");
        server.MountKv2("kv").Put("shop", """{"user": "bob"}""");

        var said = await OfficialClient.Run([Package], "Vault/node-vault.mjs",
            ("VAULT_ADDR", server.Front.Address.GetLeftPart(UriPartial.Authority)),
            ("POD_TOKEN", issuer.Issue(new PodIdentity("default", "web-0", "uid", "web"), "vault", time.GetUtcNow())));

        Assert.Equal(
            [
                "sealed=false", "no-token=400: missing client token", "no-role=400: invalid role name \"none\"", "no-jwt=403: permission denied",
                "login=service 3600 true", "lookup=true", "renewed=3600",
                "kv2=carol 2", "kv2-version=bob", "kv2-missing=404: Status 404", "kv1=dave", "kv1-deleted=404: Status 404",
                "creds=v-shop-1 3600 true", "lease=600", "lease-gone=400: lease not found",
                "pki=true", "pki-name=400: common name evil.org not allowed by this role",
                "revoked=403: 2 errors occurred:", "\t* permission denied", "\t* invalid token",
            ],
            said);
        Assert.Empty(server.Tokens);
    }
}
