using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>The provider with the server that its makers ship: what holds at the tests' own server holds there.</summary>
public sealed class RealServerTests() : ProviderTest(DateTimeOffset.UtcNow)
{
    private const string Certificate = """
        - {objectName: tls.crt, secretPath: pki/issue/shop, method: PUT, secretArgs: {common_name: shop.example.com, ttl: 1h}, secretKey: certificate}
        - {objectName: tls.key, secretPath: pki/issue/shop, method: PUT, secretArgs: {common_name: shop.example.com, ttl: 1h}, secretKey: private_key}
        """;

    private RealVault _vault = null!;

    protected override string Audience => "vault";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (RealVault.Program is null)
            return;
        _vault = await RealVault.Start();
        await _vault.Write("sys/auth/kubernetes", new { type = "jwt" });
        await _vault.Write("auth/kubernetes/config", new { jwt_validation_pubkeys = new[] { Issuer.PublicKeyPem } });
        await _vault.Write("auth/kubernetes/role/web", new
        {
            role_type = "jwt",
            user_claim = "sub",
            bound_audiences = new[] { "vault" },
            bound_subject = "system:serviceaccount:default:web",
            token_policies = new[] { "web" },
            token_ttl = "1h",
        });
        await _vault.Write("sys/policies/acl/web", new
        {
            policy = """
                path "secret/*" { capabilities = ["read"] }
                path "old/*" { capabilities = ["read"] }
                path "pki/issue/*" { capabilities = ["update"] }
                path "database/creds/*" { capabilities = ["read"] }
                """,
        });
        await _vault.Write("secret/data/shop", new { data = new { user = "bob", port = 5432 } });
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_vault is not null)
            await _vault.DisposeAsync();
    }

    [RealVaultFact]
    public async Task Publish_KeyValuesOfBothVersions_AreFiles()
    {
        await _vault.Write("sys/mounts/old", new { type = "kv" });
        await _vault.Write("old/shop", new { user = "dave", big = 12345678901234567890UL });
        await _vault.Write("secret/data/shop", new { data = new { user = "carol", port = 1 } });
        SetClass("""
            - {objectName: user, secretPath: secret/data/shop, secretKey: user}
            - {objectName: former, secretPath: secret/data/shop?version=1, secretKey: user}
            - {objectName: port, secretPath: secret/data/shop?version=1, secretKey: port}
            - {objectName: old, secretPath: old/shop, secretKey: user}
            - {objectName: big, secretPath: old/shop, secretKey: big}
            - {objectName: whole, secretPath: secret/data/shop}
            """);
        await Publish();
        Assert.Equal(("carol", "bob", "5432", "12345678901234567890", "dave"), (Files()["user"], Files()["former"], Files()["port"], Files()["big"], Files()["old"]));
        Assert.Equal(2, (int)JsonNode.Parse(Files()["whole"])!["data"]!["metadata"]!["version"]!);
    }

    [RealVaultFact]
    public async Task PublishAndUnpublish_OneIdentity_IsOneLoginThatIsGivenBack()
    {
        SetClass("- {objectName: user, secretPath: secret/data/shop, secretKey: user}");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Publish(Pod($"web-{i}")))).Soon();
        Assert.Equal(2, (await _vault.List("auth/token/accessors")).Length); // root's, and ours
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Unpublish(Pod($"web-{i}")))).Soon();
        await Until(async () => (await _vault.List("auth/token/accessors")).Length == 1);
    }

    [RealVaultFact]
    public async Task Login_HalfOver_IsRenewed()
    {
        PollInterval = null;
        SetClass("- {objectName: user, secretPath: secret/data/shop, secretKey: user}");
        await Publish();
        var accessor = await Accessor();
        var before = await EndOf(accessor);
        await Task.Delay(1100); // ends are told to the second
        await Advance(TimeSpan.FromMinutes(30));
        await Until(async () => await EndOf(accessor) > before);
    }

    [RealVaultFact]
    public async Task Refresh_LoginRevokedBehindOurBack_IsMadeAnew()
    {
        SetClass("- {objectName: user, secretPath: secret/data/shop, secretKey: user}");
        await Publish();
        await _vault.Write("auth/token/revoke-accessor", new { accessor = await Accessor() });
        await _vault.Write("secret/data/shop", new { data = new { user = "carol" } });
        await Refresh();
        Assert.Equal((VolumeState.Serving, "carol"), ((await Status()).State, Files()["user"]));
    }

    [RealVaultFact]
    public async Task Publish_Certificate_IsIssuedAndRevokedWithTheLastVolume()
    {
        await MountPki();
        SetClass(Certificate);
        await Publish();
        using (var pair = X509Certificate2.CreateFromPem(Files()["tls.crt"], Files()["tls.key"]))
            Assert.Equal("CN=shop.example.com", pair.Subject);
        Assert.Single(await _vault.List("sys/leases/lookup/pki/issue/shop"));
        await Unpublish();
        await Until(async () => (await _vault.List("sys/leases/lookup/pki/issue/shop")).Length == 0);
    }

    [RealVaultFact]
    public async Task PublishAndUnpublish_ManyRounds_LeaveNothing()
    {
        await MountPki();
        SetClass(Certificate);
        for (var round = 0; round < RoundTests.Rounds; round += 10)
        {
            var pods = Enumerable.Range(round, 10).Select(i => Pod($"web-{i}")).ToArray();
            await Task.WhenAll(pods.Select(pod => Publish(pod))).Soon();
            await Task.WhenAll(pods.Select(pod => Unpublish(pod))).Soon();
        }
        await Until(async () => (await _vault.List("sys/leases/lookup/pki/issue/shop")).Length == 0 && (await _vault.List("auth/token/accessors")).Length == 1);
    }

    [RealVaultFact(withDatabase: true)]
    public async Task Publish_DatabaseCredentials_LiveAsLongAsTheirVolumes()
    {
        await _vault.Write("sys/mounts/database", new { type = "database" });
        await _vault.Write("database/config/shop", new { plugin_name = "postgresql-database-plugin", allowed_roles = "shop", connection_url = RealVault.Database });
        await _vault.Write("database/roles/shop", new
        {
            db_name = "shop",
            default_ttl = "1h",
            max_ttl = "4h",
            creation_statements = new[] { """CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';""" },
        });
        PollInterval = null;
        SetClass("- {objectName: user, secretPath: database/creds/shop, secretKey: username}");
        await Publish();
        await Publish(Pod("web-1"));
        var user = Files()["user"];
        Assert.Equal(user, Files(Pod("web-1"))["user"]);
        var lease = "database/creds/shop/" + Assert.Single(await _vault.List("sys/leases/lookup/database/creds/shop"));
        Assert.Null(await LastRenewal(lease));

        await Advance(TimeSpan.FromMinutes(40));
        await Until(async () => await LastRenewal(lease) is not null);
        Assert.Equal((user, VolumeState.Serving), (Files()["user"], (await Status()).State));

        await Unpublish();
        Assert.Single(await _vault.List("sys/leases/lookup/database/creds/shop"));
        await Unpublish(Pod("web-1"));
        await Until(async () => (await _vault.List("sys/leases/lookup/database/creds/shop")).Length == 0);
    }

    public static TheoryData<string, string, VolumeError, string> Refusals() => new()
    {
        { "role", "none", VolumeError.Invalid, "role \"none\" could not be found" },
        { "audience", "other", VolumeError.TokenRefused, "audience" },
        { "path", "secret/data/none", VolumeError.NotFound, "secret/data/none" },
        { "path", "secret/shop", VolumeError.NotFound, "Invalid path for a versioned K/V secrets engine" },
        { "path", "nowhere/shop", VolumeError.ProviderDenies, "permission denied" },
        { "key", "none", VolumeError.NotFound, "none" },
    };

    [RealVaultFact]
    public async Task Publish_WhatIsRefused_IsToldInTheServersWords()
    {
        foreach (var row in Refusals())
        {
            var (what, value, error, says) = ((string)row[0], (string)row[1], (VolumeError)row[2], (string)row[3]);
            SetClass($"- {{objectName: user, secretPath: {(what == "path" ? value : "secret/data/shop")}, secretKey: {(what == "key" ? value : "user")}}}",
                ("roleName", what == "role" ? value : "web"), ("audience", what == "audience" ? value : "vault"));
            var refusal = await PublishFails(audiences: ["vault", "other"]);
            Assert.Equal((value, error), (value, refusal.Error));
            Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>An authority whose certificates have leases.</summary>
    private async Task MountPki()
    {
        await _vault.Write("sys/mounts/pki", new { type = "pki" });
        await _vault.Write("pki/root/generate/internal", new { common_name = "test", ttl = "24h" });
        await _vault.Write("pki/roles/shop", new { allowed_domains = "example.com", allow_subdomains = true, generate_lease = true, key_type = "ec", key_bits = 256 });
    }

    private void SetClass(string objects, params (string Name, string Value)[] others)
    {
        var parameters = new Dictionary<string, string> { ["vaultAddress"] = _vault.Address, ["roleName"] = "web", ["objects"] = objects };
        foreach (var (name, value) in others)
            parameters[name] = value;
        Classes.Set(ClassName, "vault", [.. parameters]);
    }

    private async Task<string> Accessor()
    {
        foreach (var accessor in await _vault.List("auth/token/accessors"))
            if ((string?)(await Lookup(accessor))?["display_name"] != "token")
                return accessor;
        throw new InvalidOperationException("there is no login");
    }

    private async Task<JsonNode?> Lookup(string accessor) => (await _vault.Write("auth/token/lookup-accessor", new { accessor = accessor }))?["data"];

    private async Task<DateTimeOffset> EndOf(string accessor) => DateTimeOffset.Parse((string)(await Lookup(accessor))!["expire_time"]!, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string?> LastRenewal(string lease) => (string?)(await _vault.Ask(HttpMethod.Put, "sys/leases/lookup", new { lease_id = lease }))?["data"]?["last_renewal"];
}
