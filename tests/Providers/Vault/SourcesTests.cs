using System.Text.Json;
using ActorCsi.Fakes.Stores.Vault;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Several sources of one Vault in one volume: what one of them holds is not taken for the successor of what another one does.</summary>
public sealed class SourcesTests : VaultTest
{
    private const string First = "{objectName: first, secretPath: database/creds/first, secretKey: username}";
    private const string Second = "{objectName: second, secretPath: database/creds/second, secretKey: username}";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Vault.MountDatabase();
    }

    [Fact]
    public async Task Publish_TwoSourcesOfOneAccount_ShareTheLoginAndKeepBothLeases()
    {
        SetSources(("one", "web", First), ("two", "web", Second));

        await Publish();
        await Refresh();

        Assert.Equal((1, 2, 2), (Vault.Logins, Vault.Leases.Count, Vault.UsersMade));
        Assert.Equal(["first", "second"], Files().Keys);
        Assert.Equal(0, Vault.Asked("POST", "/v1/sys/leases/revoke"));
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Publish_TwoSourcesOfTwoAccounts_KeepBothLogins()
    {
        Vault.Role("other");
        SetSources(("one", "web", First), ("two", "other", Second));

        await Publish();
        await Refresh();

        Assert.Equal((2, 2, 2), (Vault.Logins, Vault.Tokens.Count, Vault.Leases.Count));
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Republish_TheClassLostASource_ItsLeaseIsGivenBackAndTheVolumeGoesOn()
    {
        SetSources(("one", "web", First), ("two", "web", Second));
        await Publish();
        var first = Files()["first"];
        SetSources(("one", "web", First));

        await Publish();

        await Until(() => Vault.Leases.Count == 1);
        Assert.Equal((first, 1), (Assert.Single(Files()).Value, Vault.Tokens.Count));
    }

    [Fact]
    public async Task Publish_OneSourceIsRefused_NothingStays()
    {
        SetSources(("one", "web", First), ("two", "web", "{objectName: second, secretPath: kv/data/none, secretKey: x}"));

        var failure = await PublishFails();

        Assert.StartsWith("source 'two': vault at ", failure.Message, StringComparison.Ordinal);
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Publish_AsDocumented_FilesOfBothAndWhatIsComposedOfThem()
    {
        Classes.Set(ClassName, "sources",
            KeyValuePair.Create("sources", $$"""
                - provider: vault
                  parameters:
                    vaultAddress: {{Vault.Front.Address}}
                    vaultCACertPath: {{CaFile}}
                    roleName: web
                    objects:
                      - {objectName: user, secretPath: kv/data/shop, secretKey: user}
                      - {objectName: password, secretPath: kv/data/shop, secretKey: password}
                - provider: pki
                  directory: tls
                  parameters: {trustDomain: example.org, duration: 1h}
                """),
            KeyValuePair.Create("actorcsi.io/templates", """
                - path: app.conf
                  mode: 0400
                  template: |
                    url = postgres://{{ user | urlencode }}:{{ password | urlencode }}@db/shop?sslrootcert=/run/secrets/tls/ca.crt
                - path: docker/config.json
                  template: '{"auths":{"registry.example.com":{"auth":"{{ user + ":" + password | base64 }}"}}}'
                """));

        await Publish();

        Assert.Equal(["app.conf", "docker/config.json", "password", "tls/ca.crt", "tls/tls.crt", "tls/tls.key", "user"], Files().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("url = postgres://bob:s3cret-p%C3%A4ssword@db/shop?sslrootcert=/run/secrets/tls/ca.crt\n", Files()["app.conf"]);
        var key = Files()["tls/tls.key"];
        Vault.MountKv2("kv").Put("shop", """{"user": "bob", "password": "new"}""");
        await Advance(TimeSpan.FromMinutes(3));
        await Until(() => Files()["password"] == "new");
        Assert.Contains("bob:new@", Files()["app.conf"], StringComparison.Ordinal);
        Assert.Equal(key, Files()["tls/tls.key"]); // was not due
        Assert.Equal([Vault.Front.Address.GetLeftPart(UriPartial.Authority)], Egress.Origins);
    }

    [Fact]
    public async Task Publish_TwoStores_EachSeesTheTokenForItAndNoOther()
    {
        await using var bao = await VaultServer.Start(Issuer, Time, Authority.Server());
        bao.Role("web", role => role with { Audience = "openbao" }).MountKv2("kv").Put("shop", """{"user": "bao"}""");
        Classes.Set(ClassName, "sources", KeyValuePair.Create("sources", $"""
            - provider: vault
              parameters:
                vaultAddress: {Vault.Front.Address}
                roleName: web
                objects: "- {User("vault")}"
            - provider: openbao
              parameters:
                baoAddress: {bao.Front.Address}
                roleName: web
                objects: "- {User("bao")}"
            """));

        await Publish(audiences: ["vault", "openbao", "", "sts.amazonaws.com"]);

        Assert.Equal([("bao", "bao"), ("vault", "bob")], Files().Select(file => (file.Key, file.Value)));
        foreach (var (store, audience) in new[] { (Vault, "vault"), (bao, "openbao") })
        {
            var sent = JsonDocument.Parse(Assert.Single(store.Front.Requests, request => request.Path.EndsWith("/login", StringComparison.Ordinal)).Body).RootElement.GetProperty("jwt").GetString()!;
            Assert.Equal([audience], Issuer.Verify(sent, Time.GetUtcNow(), out _)!["aud"]!.AsArray().Select(one => (string?)one));
            Assert.Equal([store.Front.Address.GetLeftPart(UriPartial.Authority)], Egress.OriginsThatSaw(sent));
        }

        static string User(string file) => $$"""{objectName: {{file}}, secretPath: kv/data/shop, secretKey: user}""";
    }

    private void SetSources(params (string Name, string Role, string Object)[] sources)
        => Classes.Set(ClassName, "sources", KeyValuePair.Create("sources", string.Concat(sources.Select(source =>
            $"- {{name: {source.Name}, provider: vault, parameters: {{vaultAddress: \"{Vault.Front.Address}\", vaultCACertPath: \"{CaFile}\", roleName: {source.Role}, objects: [{source.Object}]}}}}\n"))));
}
