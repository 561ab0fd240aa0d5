using ActorCsi.Fakes.Stores;
using ActorCsi.Testing;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>What goes wrong with logins while pods run is put right without a pod noticing.</summary>
public sealed class RecoveryTests : GcpTest
{
    private const string User = "- {resourceName: projects/shop/secrets/db/versions/latest, path: user, extractJSONKey: user}";

    [Fact]
    public async Task Refresh_LoginRevokedBehindOurBack_IsMadeAnew()
    {
        SetClass(User);
        await Publish();
        Google.RevokeAll();
        await Refresh();
        Assert.Equal((2, VolumeState.Serving), (Google.Exchanges, (await Status()).State));
    }

    [Fact]
    public async Task Refresh_LoginEndsBetweenItAndTheRead_IsMadeAnew()
    {
        SetClass(User);
        await Publish();
        Google.Front.Break(Read, context =>
        {
            Google.RevokeAll();
            return StoreFaults.Status(401, """{"error": {"code": 401, "message": "Request had invalid authentication credentials.", "status": "UNAUTHENTICATED"}}""")(context);
        });
        await Refresh();
        Assert.Equal((2, VolumeState.Serving), (Google.Exchanges, (await Status()).State));
    }

    [Fact]
    public async Task Refresh_LoginNeverTaken_IsTriedTwiceAndTold()
    {
        SetClass(User);
        await Publish();
        Google.Front.Break(Read, StoreFaults.Status(401, """{"error": {"code": 401, "message": "No.", "status": "UNAUTHENTICATED"}}"""), times: 100);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((VolumeError.TokenRefused, 2, "bob"), (failure.Error, Google.Exchanges, Files()["user"]));
    }

    [Fact]
    public async Task Refresh_LoginGrowsOld_IsMadeAnewBeforeItsEnd()
    {
        SetClass(User);
        for (var minute = 0; minute < 120; minute += 10)
        {
            await Publish();
            await Refresh();
            await Advance(TimeSpan.FromMinutes(10));
        }
        Assert.Equal(VolumeState.Serving, (await Status()).State);
        Assert.InRange(Google.Exchanges, 2, 4);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(-5, false)]
    [InlineData(5, true)]
    [InlineData(-5, true)]
    public async Task Publish_GooglesClockIsFiveMinutesOff_NothingIsNoticed(int minutes, bool impersonates)
    {
        if (impersonates)
        {
            Google.ServiceAccount("shop@shop.iam.gserviceaccount.com", "serviceAccount:shop.svc.id.goog[default/web]");
            Annotate("web", ("iam.gke.io/gcp-service-account", "shop@shop.iam.gserviceaccount.com"));
        }
        Google.TokenLife = TimeSpan.FromMinutes(10);
        Google.ClockSkew = TimeSpan.FromMinutes(minutes);
        SetClass(User);
        for (var step = 0; step < 20; step++)
        {
            Google.Put("db", $$"""{"user": "user-{{step}}"}""");
            await Publish(issued: Time.GetUtcNow() - TimeSpan.FromMinutes(6));
            await Refresh();
            Assert.Equal($"user-{step}", Files()["user"]);
            await Advance(TimeSpan.FromMinutes(3));
        }
    }

    [Fact]
    public async Task Publish_TokenExpiresOnTheWay_IsRefused_AndTheNextOneIsTaken()
    {
        Google.ClockSkew = TimeSpan.FromHours(2);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Assert.Contains("stale to sign-in. (kubelet brings a new token with its next publish)", failure.Message, StringComparison.Ordinal);
        Google.ClockSkew = TimeSpan.Zero;
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Refresh_ManyVolumesAfterARevocation_IsOneLogin()
    {
        SetClass(User);
        for (var i = 0; i < 20; i++)
            await Publish(Pod($"web-{i}"));
        Google.RevokeAll();
        await Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Volume(Pod($"web-{i}")).Refresh(CancellationToken.None))).Soon();
        Assert.Equal(2, Google.Exchanges);
    }

    [Fact]
    public async Task Refresh_AnnotationIsChanged_CountsAtOnce()
    {
        Google.ServiceAccount("shop@shop.iam.gserviceaccount.com", "serviceAccount:shop.svc.id.goog[default/web]");
        SetClass(User);
        await Publish();
        Annotate("web", ("iam.gke.io/gcp-service-account", "shop@shop.iam.gserviceaccount.com"));
        Google.AllowOnly("db", "serviceAccount:shop@shop.iam.gserviceaccount.com");
        await Refresh();
        Assert.Equal((1, VolumeState.Serving), (Google.Impersonations, (await Status()).State));
    }

    private static bool Read(HttpRequest request) => request.Path.Value!.EndsWith(":access", StringComparison.Ordinal);
}
