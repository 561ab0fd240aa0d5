using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ActorCsi.Grains.Classes;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Whole classes as documents have them, ours and those of the existing plugins: nothing but where the server is differs.</summary>
public sealed class ExampleTests : VaultTest
{
    [Fact]
    public async Task Publish_ClassOfOurReference_Works()
    {
        Vault.Role("shop").MountDatabase().MountPki().MountKv2("kv").Put("shop", """{"password": "s3cret"}""");
        Set((await File.ReadAllTextAsync(SourceTree.In("docs/PROVIDERS.md"))).Split("## `vault`")[1].Split("```yaml\n")[1].Split("```")[0], head: "kind: SecretProviderClass\napiVersion: secrets-store.csi.x-k8s.io/v1\nmetadata: {name: x}\n");
        await Publish();
        Assert.Equal(["db/password", "db/user", "password", "tls/ca.crt", "tls/tls.crt", "tls/tls.key"], Files().Keys);
        Assert.Equal(("s3cret", 256, "v-shop-1"), (Files()["password"], Modes()["password"], Files()["db/user"]));
        using var pair = X509Certificate2.CreateFromPem(Files()["tls/tls.crt"], Files()["tls/tls.key"]);
        Assert.Equal("CN=shop.example.com", pair.Subject);
    }

    [Fact]
    public async Task Publish_ClassOfOurExample_Works()
    {
        Vault.Role("shop").MountKv2("secret").Put("shop/database", """{"username": "bob", "password": "s3cret"}""");
        Set(await File.ReadAllTextAsync(SourceTree.In("deploy/examples/vault.yaml")));
        await Publish();
        Assert.Equal([("password", "s3cret"), ("username", "bob")], Files().Select(file => (file.Key, file.Value)));
    }

    [Fact]
    public async Task Publish_PluginsDynamicSecret_IsOneUserInThreeFiles()
    {
        Vault.Role("app").MountDatabase();
        Set("""
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {name: app-database}
            spec:
              provider: vault
              parameters:
                vaultAddress: https://vault.vault.svc:8200
                roleName: app
                objects: |
                  - objectName: user.txt
                    secretPath: database/creds/app
                    secretKey: username
                  - objectName: password.txt
                    secretPath: database/creds/app
                    secretKey: password
                  - objectName: creds.json
                    secretPath: database/creds/app
            """);
        await Publish();
        Assert.Equal(("v-app-1", "password-of-v-app-1", 1), (Files()["user.txt"], Files()["password.txt"], Vault.UsersMade));
        Assert.Equal(Files()["user.txt"], JsonDocument.Parse(Files()["creds.json"]).RootElement.GetProperty("data").GetProperty("username").GetString());
        Assert.All(Modes().Values, mode => Assert.Equal(420, mode));
        Assert.Equal(["user.txt", "password.txt", "creds.json"], (await Status()).Objects.Select(one => one.Id));
    }

    [Fact]
    public async Task Publish_PluginsKeyValuesToASecret_HaveTheNamesThatTheSecretIsMadeOf()
    {
        Vault.Role("app").MountKv2("secret").Put("app/config", """{"api-key": "k-1", "nested": {"a": 1}}""");
        Set("""
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {name: app-config}
            spec:
              provider: vault
              secretObjects:
                - secretName: app-config
                  type: Opaque
                  data: [{objectName: key, key: api-key}]
              parameters:
                vaultAddress: https://vault.vault.svc:8200
                vaultSkipTLSVerify: "false"
                vaultKubernetesMountPath: kubernetes
                roleName: app
                objects: |
                  - {objectName: key, secretPath: secret/data/app/config, secretKey: api-key, filePermission: 0440}
                  - {objectName: nested, secretPath: /v1/secret/data/app/config?version=1, secretKey: nested}
            """);
        await Publish();
        Assert.Equal([("key", "k-1", 288), ("nested", """{"a":1}""", 420)], Files().Select(file => (file.Key, file.Value, Modes()[file.Key])));
    }

    [Fact]
    public async Task Publish_PluginsCertificate_IsIssuedByAWrite()
    {
        Vault.Role("app", role => role with { Audience = "openbao" }).MountPki("pki_int");
        Set("""
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {name: app-tls}
            spec:
              provider: openbao
              parameters:
                openbaoAddress: https://bao.openbao.svc:8200
                openbaoRoleName: app
                objects: |
                  - objectName: certificate
                    secretPath: pki_int/issue/app
                    secretKey: certificate
                    method: PUT
                    secretArgs:
                      common_name: app.example.com
                      ttl: 1h
                  - objectName: private-key
                    secretPath: pki_int/issue/app
                    secretKey: private_key
                    method: PUT
                    secretArgs:
                      common_name: app.example.com
                      ttl: 1h
            """);
        await Publish(audiences: ["openbao"]);
        using var pair = X509Certificate2.CreateFromPem(Files()["certificate"], Files()["private-key"]);
        Assert.Equal(("CN=app.example.com", 1), (pair.Subject, Vault.Asked("PUT", "/v1/pki_int/issue/app")));
    }

    private void Set(string yaml, string head = "")
    {
        var written = ClassFile.Read(head + yaml).Classes.Single().Class;
        var here = written.Parameters.ToDictionary(one => one.Key, one => one.Key switch
        {
            "vaultAddress" or "openbaoAddress" => Vault.Front.Address.AbsoluteUri,
            "vaultCACertPath" => CaFile,
            _ => one.Value,
        });
        Classes.Set(written with { Namespace = "default", Name = ClassName, Parameters = new StringMap(here) });
    }
}
