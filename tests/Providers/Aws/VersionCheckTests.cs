namespace ActorCsi.Tests.Providers.Aws;

/// <summary>Where the store tells more cheaply that nothing has changed than by handing everything out, it is asked for that.</summary>
public sealed class VersionCheckTests : AwsTest
{
    [Fact]
    public async Task Refresh_OneSecretUnchanged_IsDescribedAndNotRead()
    {
        var version = Aws.Put(Region, "user", """{"name": "bob"}""");
        SetClass("- {objectName: user, objectType: secretsmanager, jmesPath: [{path: name, objectAlias: name}]}");
        await Publish();
        await Refresh();
        await Refresh();
        Assert.Equal((1, 2), (Aws.Asked("GetSecretValue"), Aws.Asked("DescribeSecret")));
        Assert.Equal(("bob", VolumeState.Serving), (Files()["name"], (await Status()).State));
        Assert.Equal([$"user@{version}", $"name@{version}"], await Versions());

        Aws.Put(Region, "user", """{"name": "carol"}""");
        await Refresh();
        Assert.Equal(("carol", 2, 3), (Files()["name"], Aws.Asked("GetSecretValue"), Aws.Asked("DescribeSecret")));
    }

    [Fact]
    public async Task Refresh_NewPodAfterACheck_GetsTheContent()
    {
        SetClass(User);
        await Publish();
        await Advance(TimeSpan.FromMinutes(1));
        await Refresh();
        await Publish(Pod("web-1"));
        Assert.Equal("bob", Files(Pod("web-1"))["user"]);
    }

    [Fact]
    public async Task Refresh_LabelMovesBack_IsFollowed()
    {
        Aws.Put(Region, "user", "carol");
        SetClass("- {objectName: user, objectType: secretsmanager, objectVersionLabel: AWSPREVIOUS}");
        await Publish();
        Assert.Equal("bob", Files()["user"]);
        await Refresh();
        Assert.Equal((1, 1), (Aws.Asked("GetSecretValue"), Aws.Asked("DescribeSecret")));
        Aws.Put(Region, "user", "dave");
        await Refresh();
        Assert.Equal("carol", Files()["user"]);
    }

    [Fact]
    public async Task Refresh_ClassHasChanged_IsRead()
    {
        SetClass(User);
        await Publish();
        SetClass("- {objectName: user, objectType: secretsmanager, filePermission: \"0400\"}");
        await Refresh();
        Assert.Equal((2, 0, 0x100), (Aws.Asked("GetSecretValue"), Aws.Asked("DescribeSecret"), Kernel.Mounts.Values.Single().Modes["user"]));
    }

    [Fact]
    public async Task Refresh_MayNotDescribe_IsReadInstead_AndNotTriedAgain()
    {
        Aws.Role("shop", role => role with { Allowed = ["secretsmanager:GetSecretValue"] });
        SetClass(User);
        await Publish();
        await Refresh();
        await Refresh();
        Assert.Equal((3, 1, VolumeState.Serving), (Aws.Asked("GetSecretValue"), Aws.Asked("DescribeSecret"), (await Status()).State));
    }

    [Fact]
    public async Task Refresh_SeveralSecrets_AreReadInOneBatch()
    {
        Aws.Put(Region, "other", "x");
        SetClass(User + "\n- {objectName: other, objectType: secretsmanager}");
        await Publish();
        await Refresh();
        Assert.Equal((2, 0, 0), (Aws.Asked("BatchGetSecretValue"), Aws.Asked("DescribeSecret"), Aws.Asked("GetSecretValue")));
    }

    [Fact]
    public async Task Refresh_SeveralSecretsOneByOne_AreDescribedOneByOne()
    {
        Aws.Role("shop", role => role with { Allowed = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"] });
        Aws.Put(Region, "other", "x");
        SetClass(User + "\n- {objectName: other, objectType: secretsmanager}");
        await Publish();
        await Refresh();
        Assert.Equal((1, 2, 2), (Aws.Asked("BatchGetSecretValue"), Aws.Asked("DescribeSecret"), Aws.Asked("GetSecretValue")));
    }

    [Fact]
    public async Task Refresh_PinnedVersion_IsNeverAskedForAgain()
    {
        var version = Aws.Put(Region, "user", "carol");
        SetClass($"- {{objectName: user, objectType: secretsmanager, objectVersion: {version}}}");
        await Publish();
        var asked = Aws.Front.Requests.Count;
        await Advance(TimeSpan.FromHours(3));
        await Publish();
        await Refresh();
        Assert.Equal((asked, "carol"), (Aws.Front.Requests.Count, Files()["user"]));
    }

    [Fact]
    public async Task Refresh_SecretIsGone_SaysSo()
    {
        SetClass(User);
        await Publish();
        Aws.Role("shop", role => role with { Resources = [] });
        Assert.Equal(VolumeError.ProviderDenies, (await Assert.ThrowsAsync<VolumeException>(() => Refresh())).Error);
        Assert.Equal("bob", Files()["user"]);
    }
}
