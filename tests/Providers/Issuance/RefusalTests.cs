using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains.Providers.Issuance;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>What the API server refuses is told with what mends it; what it cannot do now is tried again with the same request.</summary>
public sealed class RefusalTests : IssuanceTest
{
    public RefusalTests() => SetAttributes();

    [Fact]
    public async Task Publish_NoToken_NamesTheAudience()
    {
        var fault = await PublishFails(audiences: []);
        Assert.Equal(VolumeError.TokenMissing, fault.Error);
        Assert.Contains("Add {audience: \"\"} to spec.tokenRequests", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_ClassWithoutTokenForTheApiServer_NamesTheAudience()
        => Assert.Contains("{audience: \"\"}", (await PublishFails(audiences: ["vault"])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Publish_TokenThatTheServerDoesNotTake_IsTold()
    {
        Api.Reviews = _ => null;
        var fault = await PublishFails();
        Assert.Equal(VolumeError.TokenRefused, fault.Error);
        Assert.Contains("the API server does not take the pod's token", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_PodMayNotAsk_SaysWhichRightIsMissing()
    {
        Api.Allows = request => request.User != PodsUser;
        var fault = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, fault.Error);
        Assert.Contains("either service account default/web lacks create on certificaterequests.cert-manager.io, or the driver get, watch and delete", fault.Message, StringComparison.Ordinal);
        Api.Allows = null;
        await Publish();
        Assert.Equal(2, Asked("create")); // one was refused
        Assert.Single(Signers.Requests);
    }

    [Fact]
    public async Task Publish_DriverMayNotAsk_SaysWhichRightIsMissing()
    {
        Requester = CertificateRequester.Driver;
        Api.Allows = _ => false;
        Assert.Contains("the driver needs get, watch, create and delete on certificaterequests.cert-manager.io", (await PublishFails(audiences: [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cert-manager", 404, "NotFound", VolumeError.Invalid, "is cert-manager installed in this cluster?")]
    [InlineData("cert-manager", 422, "Invalid", VolumeError.Invalid, "the fake refuses")]
    [InlineData("cert-manager", 400, "BadRequest", VolumeError.Invalid, "the fake refuses")]
    [InlineData("cert-manager", 409, "Conflict", VolumeError.Invalid, "the fake refuses")]
    [InlineData("cert-manager", 409, "AlreadyExists", VolumeError.NotFound, "was deleted before it was decided on")] // and is not there
    [InlineData("cert-manager", 429, "TooManyRequests", VolumeError.ProviderThrottles, "")]
    [InlineData("cert-manager", 500, "InternalError", VolumeError.ProviderUnavailable, "")]
    [InlineData("cert-manager", 503, "ServiceUnavailable", VolumeError.ProviderUnavailable, "")]
    [InlineData("kubernetes", 403, "Forbidden", VolumeError.ProviderDenies, "lacks create on certificatesigningrequests.certificates.k8s.io")]
    [InlineData("kubernetes", 404, "NotFound", VolumeError.Invalid, "the fake refuses")]
    [InlineData("kubernetes", 409, "AlreadyExists", VolumeError.NotFound, "was deleted before it was decided on")]
    [InlineData("kubernetes", 422, "Invalid", VolumeError.Invalid, "the fake refuses")]
    [InlineData("kubernetes", 429, "TooManyRequests", VolumeError.ProviderThrottles, "")]
    [InlineData("kubernetes", 500, "InternalError", VolumeError.ProviderUnavailable, "")]
    public async Task Publish_ServerRefuses_IsToldByItsKind(string provider, int code, string reason, VolumeError expected, string words)
    {
        if (provider == "kubernetes")
        {
            Attributes = null;
            SetClass("kubernetes", ("signerName", FakeIssuer.Signer));
        }
        Api.Always(Fault.Answers(code, reason), request => request.Verb == "create");
        var fault = await PublishFails();
        Assert.Equal(expected, fault.Error);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        if (expected is not VolumeError.NotFound)
            Assert.Contains(provider == "kubernetes" ? "signer example.com/web: create certificatesigningrequests" : "Issuer ca: create certificaterequests", fault.Message, StringComparison.Ordinal);
        Api.Heal();
        Time.Advance(TimeSpan.FromMinutes(1)); // the pause that was asked for
        await Publish();
        Pair().Dispose();
        Assert.Single(Signers.Requests);
    }

    [Fact]
    public async Task Publish_ServerIsSlow_IsGivenUpInTimeAndTheSameRequestTriedAgain()
    {
        Api.Always(Fault.Hangs, request => request.Verb == "create");
        var publish = PublishFails();
        await Until(() => Asked("create") == 1);
        Time.Advance(TimeSpan.FromSeconds(25));
        var fault = await publish;
        Assert.Equal(VolumeError.ProviderPending, fault.Error);
        Assert.Matches("^CertificateRequest default/web-0-[0-9a-f]{12} is not made yet; it is waited for again at the next try$", fault.Message);
        Api.Heal();
        await Publish();
        Pair().Dispose();
        Assert.Single(Signers.Requests);
    }

    [Fact]
    public async Task Publish_AnswerLost_TheRequestThatWasMadeIsTheOneThatCounts()
    {
        Api.Next(Fault.CutAfterwards, when: request => request.Verb == "create");
        Assert.Equal(VolumeError.ProviderUnavailable, (await PublishFails()).Error);
        await Publish();
        Pair().Dispose();
        Assert.Equal((1, 1), (Asked("create"), Signers.Requests.Count));
    }

    [Fact]
    public async Task Publish_GarbageFromBetween_IsTold()
    {
        Api.Next(Fault.WebPage, when: request => request.Verb == "create");
        Assert.Equal(VolumeError.ProviderUnavailable, (await PublishFails()).Error);
    }

    [Fact]
    public async Task Publish_ServerForgetsTheVersion_LooksAgain()
    {
        Signers.Decides = false;
        Api.Next(Fault.Answers(410, "Expired"), when: request => request.Verb == "watch");
        var publish = Publish();
        await Until(() => Asked("get") == 1 && Api.Watches("certificaterequests") == 1);
        Signers.Approve(Request);
        Signers.Issue(Request);
        await publish;
    }

    [Fact]
    public async Task Publish_OldRequestCannotBeDeleted_GoesOn()
    {
        await Publish();
        Api.Always(Fault.Answers(403, "Forbidden"), request => request.Verb == "delete");
        await Refresh();
        Assert.Equal(2, Signers.Requests.Count);
        Assert.Contains(Lines.All, line => line.Contains("could not be deleted; it goes with its pod", StringComparison.Ordinal));
        Api.Heal();
        await Refresh();
        Assert.Single(Signers.Requests);
    }

    [Fact]
    public async Task Publish_PendingForLong_DoesNotSpeakAgainstTheIssuer()
    {
        Signers.Decides = false;
        for (var i = 0; i < 25; i++) // more than the breaker stands
            Assert.Equal(VolumeError.ProviderPending, (await WaitsInVain(pod: Pod($"web-{i}"))).Error);
        Signers.Decides = true;
        await Publish(Pod("web-99"));
    }
}
