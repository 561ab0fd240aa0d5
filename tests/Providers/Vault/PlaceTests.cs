using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes.Stores.Vault;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Where a class finds its server and how it logs in: every parameter, for Vault and for OpenBao.</summary>
public sealed class PlaceTests : VaultTest
{
    private const string User = "- {objectName: user, secretPath: kv/data/shop, secretKey: user}";

    [Theory]
    [InlineData("team", "kv/data/shop")]
    [InlineData("team/", "kv/data/shop")]
    [InlineData("/team/shop", "kv/data/shop")]
    [InlineData("team", "shop/kv/data/shop")] // header and path together
    public async Task Publish_Namespace_IsWhereLoginAndSecretsAre(string name, string path)
    {
        Vault.Namespace("team").Namespace("team/shop");
        foreach (var place in (string[])["team", "team/shop"])
        {
            Vault.Role("web", @namespace: place).MountKv2("kv", place).Put("shop", $$"""{"user": "of {{place}}"}""");
            Vault.MountDatabase(@namespace: place);
        }
        SetClass($"- {{objectName: user, secretPath: {path}, secretKey: user}}\n- {{objectName: creds, secretPath: {path.Replace("kv/data/shop", "database/creds/x", StringComparison.Ordinal)}, secretKey: username}}", ("vaultNamespace", name));
        await Publish();
        Assert.Equal(name.Contains("shop", StringComparison.Ordinal) || path.StartsWith("shop", StringComparison.Ordinal) ? "of team/shop" : "of team", Files()["user"]);
        Assert.EndsWith(Files()["user"]["of ".Length..], Vault.Leases[0].Id, StringComparison.Ordinal);
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Publish_NamespaceFromTheEnvironment_Counts()
    {
        Vault.Namespace("team").Role("web", @namespace: "team").MountKv2("kv", "team").Put("shop", """{"user": "of team"}""");
        Variables["VAULT_NAMESPACE"] = "team";
        SetClass(User);
        await Publish();
        Assert.Equal("of team", Files()["user"]);
    }

    [Theory]
    [InlineData("vaultAuthMountPath", "team/k8s")]
    [InlineData("vaultAuthMountPath", "/team/k8s/")]
    [InlineData("vaultKubernetesMountPath", "team/k8s")]
    public async Task Publish_AuthMount_IsWhereTheLoginIs(string parameter, string mount)
    {
        Vault.Role("special", mount: "team/k8s");
        SetClass(User, (parameter, mount), ("roleName", "special"));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_JwtMethod_IsTheSameCall()
    {
        Vault.Role("web", role => role with { IsJwt = true, Audience = "https://vault.example.com" }, mount: "jwt");
        SetClass(User, ("vaultAuthMountPath", "jwt"), ("audience", "https://vault.example.com"));
        await Publish(audiences: ["https://vault.example.com", "vault"]);
        Assert.Equal("bob", Files()["user"]);
    }

    [Theory]
    [InlineData("bao")]
    [InlineData("openbao")]
    [InlineData("vault")]
    public async Task Publish_OpenBao_TakesItsPrefixesAndVaults(string prefix)
    {
        Vault.Role("web", role => role with { Audience = "openbao" });
        SetClass(ClassName, "openbao", User, ("vaultAddress", null), ("vaultCACertPath", null), ("roleName", null),
            (prefix + "Address", Vault.Front.Address.AbsoluteUri), (prefix + "CACertPath", CaFile), (prefix + "RoleName", "web"));
        await Publish(audiences: ["openbao", "vault"]);
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_OpenBaoWithSeveralPrefixes_TheShortestCounts()
    {
        Vault.Role("right", role => role with { Audience = "openbao" });
        SetClass(ClassName, "openbao", User, ("vaultRoleName", "wrong"), ("openbaoRoleName", "wrong"), ("baoRoleName", "right"), ("roleName", "wrong"));
        await Publish(audiences: ["openbao"]);
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_OpenBaoFromTheEnvironment_ItsOwnVariablesCountFirst()
    {
        Vault.Role("web", role => role with { Audience = "openbao" });
        (Variables["BAO_ADDR"], Variables["VAULT_ADDR"], Variables["VAULT_CACERT"]) = (Vault.Front.Address.AbsoluteUri, "https://wrong.invalid", CaFile);
        SetClass(ClassName, "openbao", User, ("vaultAddress", null), ("vaultCACertPath", null));
        await Publish(audiences: ["openbao"]);
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_AddressFromTheEnvironment_Counts()
    {
        Variables["VAULT_ADDR"] = Vault.Front.Address.AbsoluteUri;
        Variables["VAULT_CACERT"] = CaFile;
        SetClass(User, ("vaultAddress", null), ("vaultCACertPath", null));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("T")]
    public async Task Publish_SkipVerification_WorksWithAWarning(string value)
    {
        SetClass(User, ("vaultCACertPath", null), ("vaultSkipTLSVerify", value));
        await Publish();
        Assert.Contains(Lines.All, line => line.Contains("turns off the check", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_CaDirectoryAndServerName_AreUsed()
    {
        SetClass(User, ("vaultCACertPath", null), ("vaultCADirectory", Path.GetDirectoryName(CaFile)), ("vaultTLSServerName", "127.0.0.1"));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_ClientCertificate_IsShown()
    {
        var shown = new TaskCompletionSource<string>();
        await using var server = await VaultServer.Start(Issuer, Time, Authority.Server(), client => shown.TrySetResult(client.Subject));
        server.Role("web").MountKv2("kv").Put("shop", """{"user": "bob"}""");
        using var certificate = Authority.Client("node-1");
        SetClass(User, ("vaultAddress", server.Front.Address.AbsoluteUri),
            ("vaultTLSClientCertPath", WriteFile("client.pem", certificate.ExportCertificatePem())),
            ("vaultTLSClientKeyPath", WriteFile("client.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())));
        await Publish();
        Assert.Equal(("bob", "CN=node-1"), (Files()["user"], await shown.Task.Soon()));
    }

    [Fact]
    public async Task Publish_NoAuthority_IsNotTrusted()
    {
        TrustsAuthority = false;
        SetClass(User, ("vaultCACertPath", null));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("the server's certificate is not trusted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_EveryCall_IsMarkedAsARequest()
    {
        SetClass(User);
        await Publish();
        Assert.All(Vault.Front.Requests, request => Assert.Equal("true", request.Headers["X-Vault-Request"]));
    }
}
