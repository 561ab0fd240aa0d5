using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Aws;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>Two regions: the first counts, the other stands in for it, and what is wrong in either is told at once.</summary>
public sealed class FailoverTests : AwsTest
{
    private static readonly (string, string?) Failover = ("failoverRegion", OtherRegion);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Aws.Put(OtherRegion, "user", "bob of Frankfurt");
    }

    [Fact]
    public async Task Publish_BothAnswer_TheFirstCounts()
    {
        SetClass(User, Failover);
        await Publish();
        Assert.Equal(("bob", 1, 1), (Files()["user"], Aws.Asked("GetSecretValue", Region), Aws.Asked("GetSecretValue", OtherRegion)));
    }

    [Theory]
    [InlineData("InternalServiceError", 500)]
    [InlineData("ThrottlingException", 400)]
    [InlineData("AccessDeniedException", 400)]
    public async Task Publish_FirstFails_TheOtherStandsIn(string code, int status)
    {
        Aws.Front.Break(AwsServer.Is("", Region), AwsServer.Fails(code, "not now", status), times: 100);
        SetClass(User, Failover);
        await ThroughPauses(Publish());
        Assert.Equal("bob of Frankfurt", Files()["user"]);
        Assert.Contains(Lines.All, line => line.Contains("eu-west-1 could not give everything", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_WholeRegionIsDown_TheOtherStandsIn_AndBackAgain()
    {
        Aws.Front.Break(request => request.Host.Host.Contains(Region, StringComparison.Ordinal), StoreFaults.Reset, times: 3); // STS, three attempts
        SetClass(User, Failover);
        await ThroughPauses(Publish());
        Assert.Equal("bob of Frankfurt", Files()["user"]);
        await Refresh();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_OtherFails_TheFirstCounts()
    {
        Aws.Front.Break(request => request.Host.Host.Contains(OtherRegion, StringComparison.Ordinal), StoreFaults.Reset, times: 3);
        SetClass(User, Failover);
        await ThroughPauses(Publish());
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_SecretIsNotInTheOtherRegion_FailsToday()
    {
        Aws.Put(Region, "new", "x");
        SetClass("- {objectName: new, objectType: secretsmanager}", Failover);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.NotFound, failure.Error);
        Assert.Contains("secret new in eu-central-1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_BothFail_SaysBoth()
    {
        Aws.Front.Break(AwsServer.Is("GetSecretValue"), AwsServer.Fails("ThrottlingException", "Rate exceeded"), times: 100);
        SetClass(User, Failover);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderThrottles, failure.Error);
        Assert.Contains("eu-west-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("; and secret user in eu-central-1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_FailoverObject_IsWhatTheOtherRegionIsAskedFor()
    {
        Aws.Put(OtherRegion, "spare", "old");
        Aws.Put(OtherRegion, "spare", "new");
        Aws.Role("shop", role => role with { Resources = ["spare"] }); // so that the first denies
        SetClass($$"""
            - objectName: {{Aws.Arn(Region, "user")}}
              objectAlias: user
              failoverObject: {objectName: "{{Aws.Arn(OtherRegion, "spare")}}", objectVersionLabel: AWSPREVIOUS}
            """, Failover);
        await Publish();
        Assert.Equal("old", Files()["user"]);
    }

    [Fact]
    public async Task Refresh_ParameterOfTheOtherRegionHasASmallerNumber_IsTakenAllTheSame()
    {
        Aws.PutParameter(Region, "/p", "1");
        Aws.PutParameter(Region, "/p", "2");
        Aws.PutParameter(OtherRegion, "/p", "2 of Frankfurt");
        SetClass("- {objectName: /p, objectType: ssmparameter}", Failover);
        await Publish();
        Assert.Equal("2", Files()["_p"]);
        Aws.Front.Break(AwsServer.Is("", Region), AwsServer.Fails("ThrottlingException", "not now"), times: 1);
        await Refresh();
        Assert.Equal(("2 of Frankfurt", VolumeState.Serving), (Files()["_p"], (await Status()).State));
    }
}
