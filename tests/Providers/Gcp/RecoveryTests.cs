using ActorCsi.Fakes.Stores;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>What goes wrong with logins while pods run is put right without a pod noticing.</summary>
public sealed class RecoveryTests : GcpTest
{
    private const string User = "- {resourceName: projects/shop/secrets/db/versions/latest, path: user, extractJSONKey: user}";

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
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Publish_GooglesClockIsFiveMinutesOffAndActsAsAnAccount_NothingIsNoticed(int minutes) // whose login has an end by Google's clock, and not a life
    {
        Google.ServiceAccount("shop@shop.iam.gserviceaccount.com", "serviceAccount:shop.svc.id.goog[default/web]");
        Annotate("web", ("iam.gke.io/gcp-service-account", "shop@shop.iam.gserviceaccount.com"));
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
