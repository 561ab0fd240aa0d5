using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Aws;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>EKS Pod Identity: keys from the node's agent, for the pod's own token; and roles that are assumed with a pod's keys.</summary>
public sealed class PodIdentityTests : AwsTest
{
    private static readonly (string, string?) Uses = ("usePodIdentity", "true");

    protected override string Audience => "pods.eks.amazonaws.com";

    [Theory]
    [InlineData(null)]
    [InlineData("IPv4")]
    [InlineData("auto")]
    public async Task Publish_AssociatedAccount_ReadsAsItsRole(string? preferred)
    {
        Aws.Associate("web", "shop");
        ApiServer.Annotations.Clear();
        SetClass(User, Uses, ("preferredAddressType", preferred));
        await Publish();
        Assert.Equal(("bob", 1, 0), (Files()["user"], Aws.Agent.Requests.Count, Aws.Asked("AssumeRoleWithWebIdentity")));
        Assert.StartsWith("ey", Aws.Agent.Requests.Single().Headers["Authorization"], StringComparison.Ordinal); // bare, no Bearer
    }

    [Fact]
    public async Task Publish_IdentitiesOfTheNodeAreRefused_ThatOfThePodIsNone()
    {
        NodeIdentities = NodeIdentities.Refused;
        Aws.Associate("web", "shop");
        SetClass(User, Uses);
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_NobodyAtTheFirstAddress_TheSecondIsAsked()
    {
        Aws.Associate("web", "shop");
        ConnectTo["169.254.170.23:80"] = "127.0.0.1:1";
        ConnectTo["fd00:ec2::23:80"] = Aws.Agent.Address.Authority;
        ConnectTo["[fd00:ec2::23]:80"] = Aws.Agent.Address.Authority;
        SetClass(User, Uses);
        await ThroughPauses(Publish());
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_NoAssociation_SaysWhatIsMissing()
    {
        SetClass(User, Uses);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.NotFound, failure.Error);
        Assert.Contains("keys for default/web from the Pod Identity agent at http://169.254.170.23: HTTP 404: [00000000-0000]: (ResourceNotFoundException): No Pod Identity Association found", failure.Message, StringComparison.Ordinal);
        Assert.Contains("is there a Pod Identity association for the service account", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_TokenForAnotherAudienceOnly_SaysWhatToAdd()
    {
        SetClass(User, Uses);
        var failure = await PublishFails(audiences: ["sts.amazonaws.com"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("{audience: \"pods.eks.amazonaws.com\"}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Aws.Agent.Requests);
    }

    [Theory]
    [InlineData(400, "[1]: (ExpiredTokenException): over, fault: client", VolumeError.TokenRefused)]
    [InlineData(403, "[1]: (AccessDeniedException): no, fault: client", VolumeError.ProviderDenies)]
    [InlineData(429, "[1]: (ThrottlingException): slower, fault: client", VolumeError.ProviderThrottles)]
    [InlineData(400, "Service account token cannot be empty", VolumeError.TokenRefused)]
    [InlineData(200, "<html>", VolumeError.ProviderFailed)]
    [InlineData(200, "{}", VolumeError.ProviderFailed)]
    public async Task Publish_AgentRefuses_IsWhatItsCodeStandsFor(int status, string body, VolumeError error)
    {
        Aws.Agent.Break(StoreFaults.Status(status, body, retryAfter: status == 429 ? 300 : null), times: 100);
        SetClass(User, Uses);
        Assert.Equal(error, (await PublishFails()).Error);
    }

    [Fact]
    public async Task Publish_AssumedRole_ReadsAsThat()
    {
        Aws.Associate("web", "shop");
        Aws.Role("shop", role => role with { Allowed = [] })
            .Role("vault", role => role with { Trusted = [AwsServer.RoleArn("shop")], ExternalId = "42", LongestSession = TimeSpan.FromHours(1) });
        SetClass(User, Uses, ("assumeRoleArn", AwsServer.RoleArn("vault")), ("assumeRoleExternalId", "42"), ("assumeRoleDurationSeconds", "1800"));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
        Assert.Equal(TimeSpan.FromMinutes(30), Aws.Sessions.Single(session => session.Role.Arn == AwsServer.RoleArn("vault")).ExpiresAt - Time.GetUtcNow());

        Aws.ForgetSessions(); // the keys of both roles
        Aws.Put(Region, "user", "carol");
        await Refresh();
        Assert.Equal(("carol", 4), (Files()["user"], Aws.Logins));
    }

    [Theory]
    [InlineData("41")]
    [InlineData(null)]
    public async Task Publish_AssumedRoleWantsAnotherExternalId_SaysWhatItMustAllow(string? externalId)
    {
        Aws.Associate("web", "shop").Role("vault", role => role with { ExternalId = "42" });
        SetClass(User, Uses, ("assumeRoleArn", AwsServer.RoleArn("vault")), ("assumeRoleExternalId", externalId));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains("(the trust policy of arn:aws:iam::123456789012:role/vault must allow sts:AssumeRole to the pod's role, with the same external id)", failure.Message, StringComparison.Ordinal);
    }
}
