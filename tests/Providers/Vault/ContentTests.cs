using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>What objects make of answers: files with the names, bytes, modes and versions that the plugin gives them, and what it does not have.</summary>
public sealed class ContentTests : VaultTest
{
    [Fact]
    public async Task Publish_KeysOfASecretWithVersions_AreFiles()
    {
        SetClass("""
            - {objectName: user, secretPath: kv/data/shop, secretKey: user}
            - {objectName: db/password, secretPath: kv/data/shop, secretKey: password, filePermission: 0400}
            - {objectName: port, secretPath: kv/data/shop, secretKey: port, filePermission: 288}
            - {objectName: tags, secretPath: kv/data/shop, secretKey: tags, filePermission: "0600"}
            """);
        await Publish();
        Assert.Equal(["db/password", "port", "tags", "user"], Files().Keys);
        Assert.Equal(["s3cret-pässword", "5432", """["a","b"]""", "bob"], Files().Values);
        Assert.Equal(1, Vault.Asked("GET", "/v1/kv/data/shop"));
        Assert.Equal(["user", "db/password", "port", "tags"], (await Status()).Objects.Select(one => one.Id));
    }

    [Fact]
    public async Task Publish_SecretWithoutVersions_IsReadAsItIs()
    {
        Vault.MountKv1("old").Put("shop", """{"user": "alice", "big": 12345678901234567890, "html": "<a&b>"}""");
        SetClass("""
            - {objectName: user, secretPath: old/shop, secretKey: user}
            - {objectName: big, secretPath: old/shop, secretKey: big}
            - {objectName: html, secretPath: old/shop, secretKey: html}
            """);
        await Publish();
        Assert.Equal(["12345678901234567890", "<a&b>", "alice"], Files().Values);
    }

    [Theory]
    [InlineData("kv/data/shop")]
    [InlineData("/kv/data/shop")]
    [InlineData("v1/kv/data/shop")]
    [InlineData("/v1/kv/data/shop")]
    [InlineData("kv//data/shop/")]
    [InlineData("kv/data/shop?version=1")]
    public async Task Publish_PathInAnySpelling_IsTheSame(string path)
    {
        Vault.MountKv2("kv").Put("shop", """{"user": "first"}""").Put("shop", """{"user": "second"}""");
        SetClass($"- {{objectName: user, secretPath: '{path}', secretKey: user}}");
        await Publish();
        Assert.Equal(path.EndsWith("=1", StringComparison.Ordinal) ? "first" : "second", Files()["user"]);
    }

    [Fact]
    public async Task Publish_NoKey_GivesTheWholeAnswerInThePluginsOrder()
    {
        Vault.MountKv1("old").Put("shop", """{"z": 1, "a": "<>"}""");
        SetClass("- {objectName: all.json, secretPath: old/shop}");
        await Publish();
        Assert.Equal("""{"request_id":"","lease_id":"","lease_duration":2764800,"renewable":false,"data":{"a":"\u003c\u003e","z":1},"warnings":null,"mount_type":"kv"}""", Files()["all.json"]);
    }

    [Fact]
    public async Task Publish_PathThatAnswersWithoutAnEnvelope_ItsWholeAnswerIsTheData()
    {
        SetClass("- {objectName: version, secretPath: sys/health, secretKey: version}\n- {objectName: all.json, secretPath: sys/health}");
        await Publish();
        Assert.Equal("1.17.0", Files()["version"]);
        Assert.StartsWith("""{"request_id":"","lease_id":"","lease_duration":0,"renewable":false,"data":{"initialized":true,"sealed":false,""", Files()["all.json"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_List_IsAReadLikeOthers()
    {
        Vault.MountKv1("old").Put("shop", "{}").Put("web", "{}");
        SetClass("- {objectName: names, secretPath: old/, method: LIST, secretKey: keys}");
        await Publish();
        Assert.Equal("""["shop","web"]""", Files()["names"]);
    }

    [Theory]
    [InlineData("kv/data/shop", 108, 132)] // nothing but the node's interval decides, two minutes, a tenth sooner or later
    [InlineData("old/shop", 31, 31)] // a store without versions means it as advice
    public async Task Publish_KeyCalledTtl_IsAdviceOnlyWhereTheServerMeansIt(string path, int least, int most)
    {
        Vault.MountKv2("kv").Put("shop", """{"ttl": 30}""");
        Vault.MountKv1("old").Put("shop", """{"ttl": 30}""");
        SetClass($"- {{objectName: ttl, secretPath: {path}, secretKey: ttl}}");
        await Publish();
        Assert.InRange((await Status()).RefreshAt!.Value - Time.GetUtcNow(), TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));
    }

    [Fact]
    public async Task Refresh_NoKeyAndNothingChanged_IsNoNewContent()
    {
        SetClass("- {objectName: all.json, secretPath: kv/data/shop}");
        await Publish();
        var before = await Status();
        await Refresh();
        var after = await Status();
        Assert.Equal(2, Vault.Asked("GET", "/v1/kv/data/shop"));
        Assert.Equal((before.Generation, before.Objects[0]), (after.Generation, after.Objects[0]));
    }

    [Fact]
    public async Task Refresh_Rotated_IsNewContentWithANewVersion()
    {
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        await Publish();
        var before = (await Status()).Objects[0];
        Vault.MountKv2("kv").Put("shop", """{"user": "carol"}""");
        await Refresh();
        Assert.Equal("carol", Files()["user"]);
        Assert.NotEqual(before, (await Status()).Objects[0]);
    }

    [Theory]
    [InlineData("base64", "AAECYQ==")]
    [InlineData("BASE64", "AAECYQ==")]
    [InlineData("hex", "00010261")]
    [InlineData("Hex", "00010261")]
    [InlineData("utf-8", "\\u0000\\u0001\\u0002a")]
    public async Task Publish_Encoding_IsDecoded(string encoding, string value)
    {
        Vault.MountKv1("old").Put("shop", $$"""{"value": "{{value}}"}""");
        SetClass($"- {{objectName: value, secretPath: old/shop, secretKey: value, encoding: {encoding}}}");
        await Publish();
        Assert.Equal("\0\u0001\u0002a", Files()["value"]);
    }

    [Fact]
    public async Task Publish_WrongEncoding_IsTold()
    {
        SetClass("- {objectName: value, secretPath: kv/data/shop, secretKey: user, encoding: hex}");
        var failure = await PublishFails();
        Assert.Equal((VolumeError.Invalid, "the key 'user' of GET kv/data/shop is not in hex, as encoding says"), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Publish_AllKeys_IsAFileForEach()
    {
        SetClass("""
            - {objectName: shop, secretPath: kv/data/shop, allKeys: true, filePermission: 0440}
            - {secretPath: kv/data/shop, files: {.pgpass: [user, password], tags: tags}}
            """);
        await Publish();
        Assert.Equal([".pgpass", "shop/password", "shop/port", "shop/tags", "shop/user", "tags"], Files().Keys);
        Assert.Equal("bob\ns3cret-pässword\n", Files()[".pgpass"]);
        Assert.Equal("a\nb\n", Files()["tags"]);
        Assert.Equal(1, Vault.Asked("GET", "/v1/kv/data/shop"));
    }

    [Fact]
    public async Task Publish_TwoObjectsWithOneFile_IsRefused()
    {
        SetClass("""
            - {objectName: user, secretPath: kv/data/shop, secretKey: user}
            - {secretPath: kv/data/shop, allKeys: true}
            """);
        var failure = await PublishFails();
        Assert.Equal((VolumeError.Invalid, "two objects of the class make a file 'user': give one of them a directory by its objectName"), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Publish_CertificateKeyAndChain_AreSeparateFilesOfOneIssue()
    {
        Vault.MountPki();
        SetClass("""
            - objectName: ""
              secretPath: pki/issue/shop
              method: PUT
              secretArgs: {common_name: shop.example.com, ttl: 24h}
              files: {tls.key: private_key, tls.crt: [certificate, ca_chain], ca.crt: issuing_ca}
              filePermission: 0400
            """);
        await Publish();
        using var certificate = X509Certificate2.CreateFromPem(Files()["tls.crt"], Files()["tls.key"]);
        Assert.Equal(2, Files()["tls.crt"].Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Equal(Vault.Pki.Pem.Trim(), Files()["ca.crt"].Trim());
        Assert.Equal(1, Vault.Asked("PUT", "/v1/pki/issue/shop"));
    }

    [Fact]
    public async Task Publish_ThreeObjectsOfOneIssue_AreOneIssue()
    {
        Vault.MountPki();
        const string Issue = "secretPath: pki/issue/shop, method: PUT, secretArgs: {common_name: shop.example.com}";
        SetClass($$"""
            - {objectName: tls.crt, secretKey: certificate, {{Issue}}}
            - {objectName: tls.key, secretKey: private_key, {{Issue}}}
            - {objectName: whole.json, {{Issue}}}
            """);
        await Publish();
        using var certificate = X509Certificate2.CreateFromPem(Files()["tls.crt"], Files()["tls.key"]);
        Assert.Equal(certificate.ExportCertificatePem(), JsonDocument.Parse(Files()["whole.json"]).RootElement.GetProperty("data").GetProperty("certificate").GetString());
        Assert.Equal(1, Vault.Asked("PUT", "/v1/pki/issue/shop"));
    }

    [Fact]
    public async Task Publish_OtherArguments_AreOtherIssues() // the plugin gives both the first answer
    {
        Vault.MountPki();
        SetClass("""
            - {objectName: a.crt, secretKey: certificate, secretPath: pki/issue/shop, method: PUT, secretArgs: {common_name: a.example.com}}
            - {objectName: b.crt, secretKey: certificate, secretPath: pki/issue/shop, method: PUT, secretArgs: {common_name: b.example.com}}
            """);
        await Publish();
        Assert.Equal(["CN=a.example.com", "CN=b.example.com"], Files().Values.Select(pem => X509Certificate2.CreateFromPem(pem).Subject));
    }

    [Fact]
    public async Task Publish_WriteStyleCall_SendsItsArguments()
    {
        Vault.MountTransit();
        SetClass("""
            - objectName: text
              secretPath: transit/decrypt/shop
              method: post
              secretKey: plaintext
              encoding: base64
              secretArgs: {ciphertext: "vault:v1:aGVsbG8=", number: 0600, big: 1_000, yes: yes, really: true, none: null, list: [1, a], float: 1.5}
            """);
        await Publish();
        Assert.Equal("hello", Files()["text"]);
        var request = Assert.Single(Vault.Front.Requests, request => request.Path == "/v1/transit/decrypt/shop");
        Assert.Equal(("POST", """{"big":1000,"ciphertext":"vault:v1:aGVsbG8=","float":1.5,"list":[1,"a"],"none":null,"number":384,"really":true,"yes":"yes"}"""),
            (request.Method, Encoding.UTF8.GetString(request.Body)));
    }

    [Fact]
    public async Task Publish_Versions_AreThoseOfThePlugin()
    {
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user, secretArgs: {b: 1, a: '<'}, filePermission: 0600}");
        await Publish();
        var key = await File.ReadAllBytesAsync(Path.Combine(Path.GetDirectoryName(CaFile)!, "vault", "versions.key"));
        const string Json = """{"ObjectName":"user","SecretPath":"kv/data/shop","SecretKey":"user","Method":"","SecretArgs":{"a":"\u003c","b":1},"FilePermission":384,"Encoding":""}""";
        var digest = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(Json + "bob"))).Replace('+', '-').Replace('/', '_');
        Assert.Equal(new ObjectVersion("user", digest), Assert.Single((await Status()).Objects));
    }

    [Fact]
    public async Task Publish_StaticDatabaseRole_IsReadAgainWhenItHasRotated()
    {
        PollInterval = null;
        Vault.MountDatabase(rotation: TimeSpan.FromHours(1));
        SetClass("- {objectName: password, secretPath: database/static-creds/shop, secretKey: password}");
        await Publish();
        Assert.Equal("password-0", Files()["password"]);
        Assert.Equal(Time.GetUtcNow() + TimeSpan.FromSeconds(3601), (await Status()).RefreshAt);
        await Advance(TimeSpan.FromSeconds(3602));
        await Publish();
        Assert.Equal("password-1", Files()["password"]);
    }
}
