namespace ActorCsi.Tests.Providers.Aws;

/// <summary>Pods of one identity share keys and what is read with them; two identities share nothing; no token and no key goes anywhere but where it belongs.</summary>
public sealed class SharingTests : AwsTest
{
    private const string Both = User + "\n- {objectName: /flag, objectType: ssmparameter}";

    [Fact]
    public async Task Publish_TwoClassesOfOneIdentity_ShareTheLogin()
    {
        Aws.PutParameter(Region, "/flag", "on");
        SetClass(User);
        SetClass("other", "- {objectName: /flag, objectType: ssmparameter}");
        await Publish();
        await Publish(className: "other");
        Assert.Equal(1, Aws.Logins);
    }

    [Fact]
    public async Task Publish_TwoServiceAccounts_ShareNothing()
    {
        Aws.Role("office", role => role with { Trusted = ["system:serviceaccount:default:clerk"], Resources = ["office"] }).Put(Region, "office", "paper");
        Bind("clerk", "office");
        Aws.Role("shop", role => role with { Resources = ["user"] });
        SetClass(User);
        SetClass("office", "- {objectName: office, objectType: secretsmanager}");
        await Publish(Pod("web-0", "web"));
        await Publish(Pod("clerk-0", "clerk"), "office");
        Assert.Equal((2, 2), (Aws.Logins, Aws.Sessions.Select(session => session.Subject).Distinct().Count()));

        Assert.Equal(VolumeError.ProviderDenies, (await PublishFails(Pod("clerk-1", "clerk"))).Error); // the same class, a moment after the first read
        Assert.Equal(VolumeError.ProviderDenies, (await PublishFails(Pod("web-1", "web"), "office")).Error);
        Assert.Equal(2, Kernel.Mounts.Count);
    }

    [Fact]
    public async Task Publish_TwoServiceAccountsOfOneRole_HaveKeysOfTheirOwn()
    {
        Aws.Role("shop", role => role with { Trusted = ["*"] });
        Bind("other", "shop");
        SetClass(User);
        await Publish(Pod("web-0", "web"));
        await Publish(Pod("other-0", "other"));
        Assert.Equal(["default.other", "default.web"], Aws.Sessions.Select(session => session.Name).Order());
    }

    [Fact]
    public async Task Publish_AccountIsBoundToAnotherRole_TheOldKeysAreNotUsedForIt()
    {
        SetClass(User);
        await Publish();
        Aws.Role("poor", role => role with { Allowed = [] });
        Bind("web", "poor");
        await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal(2, Aws.Logins);
    }

    [Fact]
    public async Task Publish_LoginPerPod_IsOneForEach()
    {
        SetClass(User, ("loginPer", "pod"));
        await Publish(Pod("web-0"));
        await Publish(Pod("web-1"));
        Assert.Equal((2, 2), (Aws.Logins, Aws.Asked("GetSecretValue")));
    }

    [Fact]
    public async Task Publish_TokensAndKeys_GoWhereTheyBelongAndNowhereElse()
    {
        Aws.PutParameter(Region, "/flag", "on");
        SetClass(Both);
        SetClass("agent", User, ("usePodIdentity", "true"));
        Aws.Associate("web", "shop");
        await Publish(audiences: ["sts.amazonaws.com", "pods.eks.amazonaws.com", "", "vault"]);
        await Publish(className: "agent", audiences: ["sts.amazonaws.com", "pods.eks.amazonaws.com", "", "vault"]);

        var forSts = Aws.Front.Requests.Single(request => request.Host.StartsWith("sts.", StringComparison.Ordinal));
        var token = Uri.UnescapeDataString(System.Text.Encoding.UTF8.GetString(forSts.Body).Split("WebIdentityToken=")[1]);
        Assert.Equal([$"https://sts.{Region}.amazonaws.com"], Egress.OriginsThatSaw(token));
        var forAgent = Aws.Agent.Requests.Single().Headers["Authorization"];
        Assert.Equal(["http://169.254.170.23"], Egress.OriginsThatSaw(forAgent));
        Assert.All(Aws.Sessions, session => Assert.Empty(Egress.OriginsThatSaw(session.SecretAccessKey)));
        Assert.Equal(
            [$"https://secretsmanager.{Region}.amazonaws.com", $"https://ssm.{Region}.amazonaws.com"],
            Egress.OriginsThatSaw(Aws.Sessions.Single(session => session.Name == "default.web").Token));
        Assert.Equal(4, Egress.Origins.Count);
    }
}
