using System.Text;
using ActorCsi.Fakes.Stores.Gcp;
using ActorCsi.Grains.Providers.Gcp;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>What entries of a class make of secrets and parameters: files with the names, bytes, modes and versions that the plugin gives them, and what it does not have.</summary>
public sealed class ContentTests : GcpTest
{
    private const string Db = "projects/shop/secrets/db/versions/latest";

    [Theory]
    [InlineData("docs/PROVIDERS.md", new[] { "app.yaml 0644", "db/password 0400", "tls.crt 0644", "tls.key 0644" })]
    [InlineData("deploy/examples/gcp.yaml", new[] { "password 0440", "shop.yaml 0644" })]
    public async Task Publish_ClassOfOurOwnDocuments_Works(string document, string[] files)
    {
        foreach (var name in (string[])["db", "shop-database"])
            Google.Put(name, """{"password": "s3cret"}""", project: "my-project");
        for (var version = 1; version <= 3; version++)
            Google.Put("tls", """{"certificate": "PEM", "keys": ["key"]}""", GcpServer.Region, "my-project");
        Google.PutParameter("app", "v3", "a: b", project: "my-project");
        Google.PutParameter("shop", "v1", "a: b", project: "my-project");
        await SetClassOf(document, "gcp");
        await Publish();
        Assert.Equal(files, Modes().Select(file => $"{file.Key} 0{Convert.ToString(file.Value, 8)}"));
        Assert.Equal("s3cret", Files()[files.Single(file => file.Contains("password", StringComparison.Ordinal)).Split(' ')[0]]);
    }

    [Fact]
    public async Task Publish_SecretInTwoFiles_IsReadOnce()
    {
        SetClass($$"""
            - resourceName: "{{Db}}"
              path: "good1.json"
            - resourceName: "{{Db}}"
              fileName: "sub/good2.json"
              mode: 0400
            - {resourceName: {{Db}}, path: good3.json, fileName: ignored, mode: 288}
            - {resourceName: {{Db}}, path: good4.json, mode: "0600"}
            """);
        await Publish();
        Assert.Equal(["good1.json", "good3.json", "good4.json", "sub/good2.json"], Files().Keys);
        Assert.All(Files().Values, content => Assert.Contains("s3cret-pässword", content, StringComparison.Ordinal));
        Assert.Equal(1, Google.Asked("secretmanager"));
        Assert.Equal(new ObjectVersion(Db, "projects/1001/secrets/db/versions/1"), Assert.Single((await Status()).Objects));
        Assert.Equal([0x1A4, 0x120, 0x180, 0x100], Modes().Values); // 0644, 0440, 0600, 0400
    }

    [Theory]
    [InlineData("latest", "third", 3)]
    [InlineData("2", "second", 2)]
    [InlineData("stable", "first", 1)]
    public async Task Publish_Version_IsResolved(string version, string content, int number)
    {
        Google.Put("plain", "first").Aliases["stable"] = 1;
        Google.Put("plain", "second");
        Google.Put("plain", "third");
        SetClass($"- {{resourceName: projects/shop/secrets/plain/versions/{version}, path: plain}}");
        await Publish();
        Assert.Equal(content, Files()["plain"]);
        Assert.Equal($"projects/1001/secrets/plain/versions/{number}", (await Status()).Objects[0].Version);
    }

    [Fact]
    public async Task Publish_SecretOfARegion_IsReadFromItsHost()
    {
        Google.Put("plain", "global");
        Google.Put("plain", "regional", GcpServer.Region);
        SetClass($"""
            - resourceName: projects/shop/secrets/plain/versions/latest
              path: global
            - resourceName: projects/shop/locations/{GcpServer.Region}/secrets/plain/versions/latest
              path: regional
            """);
        await Publish();
        Assert.Equal(["global", "regional"], Files().Values);
        Assert.Equal($"projects/1001/locations/{GcpServer.Region}/secrets/plain/versions/1", (await Status()).Objects[1].Version);
        Assert.Contains($"https://secretmanager.{GcpServer.Region}.rep.googleapis.com", Egress.Origins);
    }

    [Theory]
    [InlineData("global", "https://parametermanager.googleapis.com")]
    [InlineData(GcpServer.Region, $"https://parametermanager.{GcpServer.Region}.rep.googleapis.com")]
    public async Task Publish_Parameter_IsRendered(string location, string origin)
    {
        Google.Put("plain", "pass-word");
        Google.PutParameter("app", "v3", """{"password": "__REF__(\"//secretmanager.googleapis.com/projects/shop/secrets/plain/versions/latest\")"}""", location);
        SetClass($"""
            - resourceName: projects/shop/locations/{location}/parameters/app/versions/v3
              path: app.json
            - resourceName: projects/shop/locations/{location}/parameters/app/versions/v3
              path: password
              extractJSONKey: password
            """);
        await Publish();
        Assert.Equal(("""{"password": "pass-word"}""", "pass-word"), (Files()["app.json"], Files()["password"]));
        Assert.Equal($"projects/shop/locations/{location}/parameters/app/versions/v3", Assert.Single((await Status()).Objects).Version);
        Assert.Contains(origin, Egress.Origins);
    }

    [Theory]
    [InlineData("extractJSONKey: user", "bob")]
    [InlineData("extractJSONKey: port", "5432")] // the plugin takes texts only, and those at the top
    [InlineData("extractJSONKey: hosts", """["a", "b"]""")]
    [InlineData("extractJSONKey: /hosts/1", "b")]
    [InlineData("extractJSONKey: /tls/a~1b", "key")]
    [InlineData("extractJSONKey: /a~b", "plain")] // a key of that very name
    [InlineData("extractYAMLKey: user", "bob")] // JSON is YAML
    [InlineData("extractYAMLKey: /tls/a~1b", "key")]
    public async Task Publish_Key_IsTakenOut(string extract, string value)
    {
        Google.Put("keyed", """{"user": "bob", "port": 5432, "hosts": ["a", "b"], "tls": {"a/b": "key"}, "/a~b": "plain"}""");
        SetClass($"- {{resourceName: projects/shop/secrets/keyed/versions/1, path: value, {extract}}}");
        await Publish();
        Assert.Equal(value, Files()["value"]);
    }

    [Fact]
    public async Task Publish_YamlKey_IsTakenOut()
    {
        Google.Put("yaml", "user: 'bob'\nport: 0600\nlist:\n- {name: first}\n- {name: second}\n---\nother: document\n");
        SetClass("""
            - {resourceName: projects/shop/secrets/yaml/versions/1, path: user, extractYAMLKey: user}
            - {resourceName: projects/shop/secrets/yaml/versions/1, path: port, extractYAMLKey: port}
            - {resourceName: projects/shop/secrets/yaml/versions/1, path: name, extractYAMLKey: /list/1/name}
            """);
        await Publish();
        Assert.Equal(["second", "0600", "bob"], Files().Values);
    }

    [Fact]
    public async Task Publish_SeveralKeys_AreAFileEach()
    {
        Google.Put("yaml", "a: 1\nb: two\n");
        SetClass($$"""
            - resourceName: {{Db}}
              files: {login: user, sub/host: /hosts/0}
            - {resourceName: {{Db}}, path: all, allKeys: true, mode: 0440}
            - {resourceName: projects/shop/secrets/yaml/versions/1, allKeys: true}
            """);
        await Publish();
        Assert.Equal(["a", "all/hosts", "all/password", "all/port", "all/tls", "all/user", "b", "login", "sub/host"], Files().Keys);
        Assert.Equal(("bob", "a", "5432", "two"), (Files()["login"], Files()["sub/host"], Files()["all/port"], Files()["b"]));
        Assert.Equal(0x120, Modes()["all/port"]); // 0440
    }

    [Fact]
    public async Task Publish_Base64_IsDecoded()
    {
        Google.Put("coded", """{"key": "AAECYQ=="}""");
        Google.Put("whole", "aGVsbG8=\n");
        SetClass("""
            - {resourceName: projects/shop/secrets/coded/versions/1, path: key, extractJSONKey: key, decodeBase64: true}
            - {resourceName: projects/shop/secrets/whole/versions/1, path: whole, decodeBase64: true}
            """);
        await Publish();
        Assert.Equal(["\0\u0001\u0002a", "hello"], Files().Values);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234567890 and a little more")]
    public async Task Publish_Content_IsAsItIs(string content)
    {
        Google.Put("plain", content);
        SetClass("- {resourceName: projects/shop/secrets/plain/versions/1, path: plain}");
        await Publish();
        Assert.Equal(content, Files()["plain"]);
    }

    [Fact]
    public void Crc32C_OfTheTestVector_IsAsInTheStandard() => Assert.Equal(0xE3069283, GoogleSecrets.Crc32C(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public async Task Refresh_ContentDamagedOnTheWay_KeepsTheFiles()
    {
        SetClass($"- {{resourceName: {Db}, path: db, extractJSONKey: user}}");
        await Publish();
        Google.Put("db", """{"user": "carol"}""").Versions[^1].BadCrc = true;
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains($"reading {Db}: the content does not have the checksum", failure.Message, StringComparison.Ordinal);
        Assert.Equal("bob", Files()["db"]);
    }

    [Fact]
    public async Task Refresh_Rotated_IsNewContentWithANewVersion()
    {
        SetClass($"- {{resourceName: {Db}, path: user, extractJSONKey: user}}");
        await Publish();
        Google.Put("db", """{"user": "carol"}""");
        await Refresh();
        Assert.Equal("carol", Files()["user"]);
        Assert.Equal(new ObjectVersion(Db, "projects/1001/secrets/db/versions/2"), Assert.Single((await Status()).Objects));
    }

    [Theory]
    [InlineData("extractJSONKey: none", VolumeError.NotFound, "has no value under the key 'none'; at the top it has 'user', 'password', 'port', 'hosts', 'tls'")]
    [InlineData("extractJSONKey: /hosts/2", VolumeError.NotFound, "has no value under the key '/hosts/2'")]
    [InlineData("extractYAMLKey: tls", VolumeError.NotFound, "has no value under the key 'tls'")]
    [InlineData("decodeBase64: true", VolumeError.Invalid, "what projects/shop/secrets/db/versions/latest has for 'value' is no base64, as decodeBase64 says")]
    public async Task Publish_KeyThatIsNotThere_SaysWhatIs(string extract, VolumeError error, string part)
    {
        SetClass($"- {{resourceName: {Db}, path: value, {extract}}}");
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extractJSONKey: a", "no JSON object")]
    [InlineData("extractYAMLKey: a", "no YAML mapping")]
    [InlineData("allKeys: true", "no JSON object or YAML mapping")]
    public async Task Publish_KeyOfWhatHasNone_IsRefused(string extract, string part)
    {
        Google.Put("plain", "just-a-password");
        SetClass($"- {{resourceName: projects/shop/secrets/plain/versions/1, path: value, {extract}}}");
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains($"projects/shop/secrets/plain/versions/1 is {part}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("just-a-password", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a": "1"}""", "two objects of the class make a file 'a'")]
    [InlineData("""{"../a": "1"}""", "has a key '../a' that can be no file name")]
    public async Task Publish_KeysThatCannotAllBeFiles_AreRefused(string content, string part)
    {
        Google.Put("keys", content);
        SetClass($"- {{resourceName: {Db}, path: a}}\n- {{resourceName: projects/shop/secrets/keys/versions/1, allKeys: true}}");
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }
}
