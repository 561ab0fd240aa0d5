using ActorCsi.Fakes.Stores;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>Whatever Google refuses is told in its words, with what usually mends it, and without what was sent.</summary>
public sealed class RefusalTests : GcpTest
{
    private const string User = "- {resourceName: projects/shop/secrets/db/versions/latest, path: user, extractJSONKey: user}";

    [Theory]
    [InlineData("projects/shop/secrets/none/versions/latest", VolumeError.NotFound, "reading projects/shop/secrets/none/versions/latest: HTTP 404: Secret [projects/1001/secrets/none] not found or has no versions.")]
    [InlineData("projects/shop/secrets/db/versions/9", VolumeError.NotFound, "HTTP 404: Secret Version [projects/1001/secrets/db/versions/9] not found.")]
    [InlineData("projects/shop/secrets/off/versions/1", VolumeError.NotFound, "HTTP 400: Secret Version [projects/1001/secrets/off/versions/1] is in DISABLED state.")]
    [InlineData("projects/shop/secrets/off/versions/2", VolumeError.NotFound, "HTTP 400: Secret Version [projects/1001/secrets/off/versions/2] is in DESTROYED state.")]
    [InlineData("projects/shop/secrets/denied/versions/1", VolumeError.ProviderDenies, "(grant roles/secretmanager.secretAccessor to serviceAccount:shop.svc.id.goog[default/web])")]
    [InlineData("projects/shop/locations/global/parameters/denied/versions/1", VolumeError.ProviderDenies, "(grant roles/parametermanager.parameterAccessor to serviceAccount:shop.svc.id.goog[default/web])")]
    [InlineData("projects/shop/locations/global/parameters/off/versions/1", VolumeError.NotFound, "HTTP 400: Parameter Version 'projects/shop/locations/global/parameters/off/versions/1' is disabled.")]
    [InlineData("projects/shop/locations/global/parameters/none/versions/1", VolumeError.NotFound, "HTTP 404: Resource 'projects/shop/locations/global/parameters/none' was not found")]
    public async Task Publish_ReadRefused_SaysWhyAndWhatMendsIt(string resource, VolumeError error, string part)
    {
        var off = Google.Put("off", "1");
        Google.Put("off", "2");
        (off.Versions[0].State, off.Versions[1].State) = ("DISABLED", "DESTROYED");
        Google.Put("denied", "secret");
        Google.PutParameter("denied", "1", "{}");
        Google.PutParameter("off", "1", "{}").IsDisabled = true;
        Google.AllowOnly("denied", "user:admin@example.com");
        SetClass($"- {{resourceName: {resource}, path: a}}");
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Kernel.Mounts);
    }

    [Fact]
    public async Task Publish_SeveralReadsRefused_AllAreTold()
    {
        SetClass("""
            - {resourceName: projects/shop/secrets/db/versions/latest, path: a}
            - {resourceName: projects/shop/secrets/none/versions/1, path: b}
            - {resourceName: projects/shop/secrets/db/versions/9, path: c}
            """);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.NotFound, failure.Error);
        Assert.Contains("secrets/none] not found", failure.Message, StringComparison.Ordinal);
        Assert.Contains("secrets/db/versions/9] not found", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_ServiceIsNotEnabled_NoGrantIsAdvised()
    {
        Google.Front.Break(Read, StoreFaults.Status(403, """
            {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Secret Manager API has not been used in project 1001 before or it is disabled.",
             "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com"}]}}
            """));
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.EndsWith("HTTP 403: Secret Manager API has not been used in project 1001 before or it is disabled.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_PoolOfAnotherCluster_IsTold()
    {
        Google.Pool(Pool);
        using var other = new TokenIssuer();
        Google.Pool(Pool, pool => pool with { Issuer = other });
        await ExchangeFails(VolumeError.TokenRefused, "HTTP 400: invalid_grant: Unable to verify the signature", "(the pool's provider must have this cluster's issuer and keys)");
    }

    [Fact]
    public async Task Publish_PoolThatAllowsAnotherAudience_IsTold()
    {
        Google.Pool(Pool, "https://other");
        await ExchangeFails(VolumeError.TokenRefused, "does not match the expected audience", $"(the token is for one of '{Pool}', 'https:{Pool}', and the pool's provider must allow that audience)");
    }

    [Fact]
    public async Task Publish_NoSuchPool_IsTold()
        => await ExchangeFails(VolumeError.Invalid, "HTTP 400: invalid_target: The target service indicated", "(is there such a pool and provider, and are both enabled?)");

    [Fact]
    public async Task Publish_AttributeConditionDoesNotHold_IsTold()
    {
        Google.Pool(Pool);
        Google.Pool(Pool, pool => pool with { Condition = (@namespace, _) => @namespace == "prod" });
        await ExchangeFails(VolumeError.ProviderDenies, "unauthorized_client: The given credential is rejected by the attribute condition.", "does not let this pod in");
    }

    [Fact]
    public async Task Publish_WorkloadIdentityIsOff_IsTold()
    {
        Google.Front.Break(request => request.Path == "/v1/identitybindingtoken", StoreFaults.Status(404, """{"error": {"code": 404, "message": "Not found.", "status": "NOT_FOUND"}}"""));
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("HTTP 404: Not found. (is workload identity enabled on the cluster?)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop@shop.iam.gserviceaccount.com", null, VolumeError.ProviderDenies, "(grant roles/iam.workloadIdentityUser on shop@shop.iam.gserviceaccount.com to serviceAccount:shop.svc.id.goog[default/web]")]
    [InlineData("none@shop.iam.gserviceaccount.com", null, VolumeError.NotFound, "HTTP 404: Not found; Gaia id not found for email none@shop.iam.gserviceaccount.com")]
    [InlineData("a/../b", null, VolumeError.Invalid, "the service account's annotation iam.gke.io/gcp-service-account has 'a/../b'")]
    [InlineData("shop@shop.iam.gserviceaccount.com", "hop@shop.iam.gserviceaccount.com", VolumeError.Invalid, "annotation iam.gke.io/gcp-service-account-delegates is 'hop@shop.iam.gserviceaccount.com', expected a JSON list")]
    [InlineData("shop@shop.iam.gserviceaccount.com", """["a b"]""", VolumeError.Invalid, "annotation iam.gke.io/gcp-service-account-delegates has 'a b'")]
    [InlineData("shop@shop.iam.gserviceaccount.com", "[null]", VolumeError.Invalid, "annotation iam.gke.io/gcp-service-account-delegates has ''")]
    public async Task Publish_ImpersonationRefused_SaysWhyAndWhatMendsIt(string account, string? delegates, VolumeError error, string part)
    {
        Google.ServiceAccount("shop@shop.iam.gserviceaccount.com", "user:admin@example.com");
        Annotate("web", [("iam.gke.io/gcp-service-account", account), .. delegates is null ? [] : new[] { ("iam.gke.io/gcp-service-account-delegates", delegates) }]);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NoTokenForTheAudience_SaysWhatToAdd()
    {
        SetClass(User);
        var failure = await PublishFails(audiences: ["vault"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("no token for audience '*.svc.id.goog'", failure.Message, StringComparison.Ordinal);
        failure = await PublishFails(audiences: ["other.svc.id.goog"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("Add {audience: \"shop.svc.id.goog\"} to spec.tokenRequests", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Google.Front.Requests);
    }

    [Theory]
    [InlineData(429, VolumeError.ProviderThrottles)]
    [InlineData(500, VolumeError.ProviderUnavailable)]
    [InlineData(503, VolumeError.ProviderUnavailable)]
    [InlineData(307, VolumeError.ProviderFailed)]
    public async Task Refresh_GoogleFails_KeepsTheFiles(int status, VolumeError error)
    {
        SetClass(User);
        await Publish();
        Google.Front.Break(Read, StoreFaults.Status(status, """{"error": {"message": "it is so"}}""", retryAfter: 60), times: 100);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((error, TimeSpan.FromSeconds(60)), (failure.Error, failure.RetryAfter));
        Assert.Equal((VolumeState.Stale, "bob"), ((await Status()).State, Files()["user"]));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{"name": "x"}""")]
    [InlineData("""{"name": "x", "payload": {"data": "no base64!"}}""")]
    public async Task Publish_AnswerWithoutContent_MakesNoSense(string body)
    {
        Google.Front.Break(Read, StoreFaults.Status(200, body));
        SetClass(User);
        Assert.Equal(VolumeError.ProviderFailed, (await PublishFails()).Error);
    }

    [Theory]
    [InlineData("""{"access_token": ""}""")]
    [InlineData("""{"access_token": "x", "expires_in": -1}""")]
    public async Task Publish_LoginWithoutToken_MakesNoSense(string body)
    {
        Google.Front.Break(StoreFaults.Status(200, body));
        SetClass(User);
        Assert.Equal(VolumeError.ProviderFailed, (await PublishFails()).Error);
    }

    [Fact]
    public async Task Publish_LoginThatTellsNoLife_IsUsedForAShortOne()
    {
        Google.TellsLife = false;
        SetClass(User);
        await Publish();
        await Refresh();
        Assert.Equal(("bob", 1), (Files()["user"], Google.Exchanges));
        Time.Advance(TimeSpan.FromMinutes(5));
        await Refresh();
        Assert.Equal(2, Google.Exchanges);
    }

    [Fact]
    public async Task Publish_HalfAnAnswer_IsAskedForAgain()
    {
        Google.Front.Break(Read, StoreFaults.BreakOff);
        Google.Front.Break(request => request.Path == "/v1/identitybindingtoken", StoreFaults.Reset);
        SetClass(User);
        await ThroughPauses(Publish());
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_GoogleQuotesWhatItWasSent_NothingOfItIsSeen()
    {
        var token = "";
        Google.Front.Break(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            token = System.Text.Json.JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement.GetProperty("subject_token").GetString()!;
            context.Response.StatusCode = 400;
            await context.Response.WriteAsJsonAsync(new { error = "invalid_grant", error_description = $"the token {token} is no good" });
        });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Contains("the token [redacted] is no good", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Lines.All, line => line.Contains(token[..40], StringComparison.Ordinal));
    }

    private async Task ExchangeFails(VolumeError error, params string[] parts)
    {
        SetClass(User, ("audience", Pool));
        var failure = await PublishFails(audiences: [Pool]);
        Assert.Equal(error, failure.Error);
        Assert.All(parts, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
    }

    private static bool Read(HttpRequest request) => request.Path.Value!.EndsWith(":access", StringComparison.Ordinal);
}
