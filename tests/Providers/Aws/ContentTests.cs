using ActorCsi.Fakes.Stores.Aws;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>The examples of the plugin's documents, and every object parameter: files, modes and versions as the plugin writes them.</summary>
public sealed class ContentTests : AwsTest
{
    [Theory]
    [InlineData("docs/PROVIDERS.md", new[] { "_shop_feature-flag 0644", "db.json 0644", "password 0400", "user 0644" })]
    [InlineData("deploy/examples/aws.yaml", new[] { "_shop_feature-flag 0644", "database.json 0644", "password 0400", "username 0644" })]
    public async Task Publish_ClassOfOurOwnDocuments_Works(string document, string[] files)
    {
        foreach (var name in (string[])["shop/db", "shop/database"])
            Aws.Put(Region, name, """{"username": "bob", "password": "s3cret"}""");
        Aws.PutParameter(Region, "/shop/feature-flag", "on");
        await SetClassOf(document, "aws");
        await Publish();
        Assert.Equal(files, Modes().Select(file => $"{file.Key} 0{Convert.ToString(file.Value, 8)}"));
        Assert.Equal(("s3cret", "on"), (Files()["password"], Files()["_shop_feature-flag"]));
    }

    [Fact]
    public async Task Publish_SecretAndParameter_AreFilesWithTheirVersions()
    {
        var version = Aws.Put(Region, "MySecret", "s3cret-pässword");
        Aws.PutParameter(Region, "/shop/flag", "on");
        Aws.PutParameter(Region, "/shop/flag", "off");
        SetClass("""
            - objectName: "MySecret"
              objectType: "secretsmanager"
            - objectName: /shop/flag
              objectType: ssmparameter
              filePermission: "0400"
            """);
        await Publish();
        Assert.Equal(("s3cret-pässword", "off"), (Files()["MySecret"], Files()["_shop_flag"]));
        Assert.Equal((0x1A4, 0x100), (Mode("MySecret"), Mode("_shop_flag")));
        Assert.Equal([$"MySecret@{version}", "_shop_flag@2"], await Versions());
    }

    [Fact]
    public async Task Publish_JmesPath_IsAFileForEachPart_BesideTheWhole()
    {
        var version = Aws.Put(Region, "db", """{"username": "bob", "password": "pä\"ss", "hyphen-ated": "yes", "port": 5432, "tls": {"on": true, "ca": null}}""");
        SetClass("""
            - objectName: db
              objectType: secretsmanager
              objectAlias: db.json
              filePermission: "0440"
              jmesPath:
                - {path: username, objectAlias: user}
                - {path: password, objectAlias: pass, filePermission: "0400"}
                - {path: '"hyphen-ated"', objectAlias: '"hyphen-ated"'}
                - {path: "join('@', [username, 'db'])", objectAlias: login}
                - {path: port, objectAlias: port}
                - {path: tls, objectAlias: tls/part}
            """);
        await Publish();
        Assert.Equal(("bob", "pä\"ss", "yes", "bob@db"), (Files()["user"], Files()["pass"], Files()["\"hyphen-ated\""], Files()["login"]));
        Assert.Equal(("5432", """{"ca":null,"on":true}"""), (Files()["port"], Files()["tls_part"]));
        Assert.Equal((0x120, 0x120, 0x100), (Mode("db.json"), Mode("user"), Mode("pass")));
        Assert.Equal(7, Files().Count);
        Assert.Equal(["db.json", "user", "pass", "\"hyphen-ated\"", "login", "port", "tls_part"], (await Versions()).Select(one => one.Split('@')[0]));
        Assert.All(await Versions(), one => Assert.EndsWith("@" + version, one, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_AllKeys_IsAFileForEachKey()
    {
        Aws.Put(Region, "db", """{"username": "bob", "port": 5432}""");
        SetClass("- {objectName: db, objectType: secretsmanager, allKeys: true, filePermission: \"0400\"}");
        await Publish();
        Assert.Equal(("bob", "5432", 2, 0x100), (Files()["db/username"], Files()["db/port"], Files().Count, Mode("db/port")));
    }

    [Theory]
    [InlineData(null, "shop_db")]
    [InlineData("-", "shop-db")]
    [InlineData("False", "shop/db")]
    [InlineData("false", "shop/db")]
    public async Task Publish_PathTranslation_IsWhatSlashesBecome(string? translation, string file)
    {
        Aws.Put(Region, "/shop/db", "x");
        SetClass("- {objectName: /shop/db, objectType: secretsmanager}", ("pathTranslation", translation));
        await Publish();
        Assert.Equal("x", Files()[translation?.ToUpperInvariant() == "FALSE" ? file : translation + (translation is null ? "_" : "") + file]);
    }

    [Fact]
    public async Task Publish_KeysInOtherCaseAndNumbersWithoutQuotes_AreTakenAsThePluginDoes()
    {
        Aws.PutParameter(Region, "/a", "one");
        Aws.PutParameter(Region, "/a", "two");
        SetClass("- {ObjectName: /a, OBJECTTYPE: ssmparameter, objectVersion: 1, ObjectAlias: 7, unknown: 8}");
        await Publish();
        Assert.Equal("one", Files()["7"]);
    }

    [Fact]
    public async Task Publish_VersionsAndLabels_AreThoseThatAreNamed()
    {
        var first = Aws.Put(Region, "db", "first");
        Aws.Put(Region, "db", "second");
        Aws.Put(Region, "db", "pending", "AWSPENDING");
        Aws.PutParameter(Region, "/p", "p1", "old");
        Aws.PutParameter(Region, "/p", "p2", "new");
        SetClass($$"""
            - {objectName: db, objectType: secretsmanager, objectAlias: now}
            - {objectName: db, objectType: secretsmanager, objectAlias: pinned, objectVersion: {{first}} }
            - {objectName: db, objectType: secretsmanager, objectAlias: before, objectVersionLabel: AWSPREVIOUS}
            - {objectName: db, objectType: secretsmanager, objectAlias: next, objectVersionLabel: AWSPENDING}
            - {objectName: /p, objectType: ssmparameter, objectAlias: p-now}
            - {objectName: /p, objectType: ssmparameter, objectAlias: p-1, objectVersion: "1"}
            - {objectName: /p, objectType: ssmparameter, objectAlias: p-old, objectVersionLabel: old}
            - {objectName: /p, objectType: ssmparameter, objectAlias: p-new, objectVersionLabel: new}
            """);
        await Publish();
        Assert.Equal(
            ("second", "first", "first", "pending", "p2", "p1", "p1", "p2"),
            (Files()["now"], Files()["pinned"], Files()["before"], Files()["next"], Files()["p-now"], Files()["p-1"], Files()["p-old"], Files()["p-new"]));
        Assert.Equal(1, Aws.Asked("GetParameters")); // two labels of one parameter in one batch are told apart
    }

    [Fact]
    public async Task Publish_Arns_NeedNoType()
    {
        Aws.Put(Region, "shop/db", "db");
        Aws.PutParameter(Region, "/shop/flag", "on");
        var arn = Aws.Arn(Region, "shop/db");
        SetClass($"""
            - objectName: {arn}
              objectAlias: whole
            - objectName: {arn[..^7]}
              objectAlias: partial
            - objectName: arn:aws:ssm:{Region}:{AwsServer.Account}:parameter/shop/flag
              objectAlias: flag
            """);
        await Publish();
        Assert.Equal(("db", "db", "on"), (Files()["whole"], Files()["partial"], Files()["flag"]));
    }

    [Fact]
    public async Task Publish_Binary_IsItsBytes()
    {
        Aws.PutBinary(Region, "key", "bin-\0-ary"u8.ToArray());
        SetClass("- {objectName: key, objectType: secretsmanager}");
        await Publish();
        Assert.Equal("bin-\0-ary", Files()["key"]);
    }

    [Fact]
    public async Task Publish_ManyObjects_AreReadInBatches()
    {
        for (var i = 0; i < 25; i++)
        {
            Aws.Put(Region, $"s{i}", $"secret {i}");
            Aws.PutParameter(Region, $"/p{i}", $"parameter {i}");
        }
        SetClass(string.Join('\n', Enumerable.Range(0, 25).Select(i => $"- {{objectName: s{i}, objectType: secretsmanager}}\n- {{objectName: /p{i}, objectType: ssmparameter}}")));
        await Publish();
        Assert.All(Enumerable.Range(0, 25), i => Assert.Equal(($"secret {i}", $"parameter {i}"), (Files()[$"s{i}"], Files()[$"_p{i}"])));
        Assert.Equal((2, 0, 3), (Aws.Asked("BatchGetSecretValue"), Aws.Asked("GetSecretValue"), Aws.Asked("GetParameters")));
    }

    [Fact]
    public async Task Publish_RoleMayNotBatch_IsReadOneByOne_AndNotTriedAgain()
    {
        Aws.Role("shop", role => role with { Allowed = ["secretsmanager:GetSecretValue"] });
        Aws.Put(Region, "other", "x");
        SetClass(User + "\n- {objectName: other, objectType: secretsmanager}");
        await Publish();
        await Refresh();
        Assert.Equal(("bob", "x"), (Files()["user"], Files()["other"]));
        Assert.Equal((1, 4, 1), (Aws.Asked("BatchGetSecretValue"), Aws.Asked("GetSecretValue"), Aws.Logins));
    }

    [Fact]
    public async Task Publish_RegionOfTheDriverOrTheNode_IsTakenWhereTheClassNamesNone()
    {
        ApiServer.Labels["topology.kubernetes.io/region"] = Region;
        SetClass(User, ("region", null));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_RegionFromTheEnvironment_CountsBeforeTheNodes()
    {
        Variables["AWS_REGION"] = Region;
        ApiServer.Labels["topology.kubernetes.io/region"] = "us-east-1";
        SetClass(User, ("region", null));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    private int Mode(string file) => Kernel.Mounts.Values.Single().Modes[file];
}
