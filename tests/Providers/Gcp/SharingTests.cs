namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>Pods of one identity share a login and what it reads; two identities share nothing; no token goes anywhere but where it is meant to.</summary>
public sealed class SharingTests : GcpTest
{
    private const string User = "- {resourceName: projects/shop/secrets/db/versions/latest, path: user, extractJSONKey: user}";

    [Fact]
    public async Task Publish_TwoClassesOfOneIdentity_ShareALogin()
    {
        SetClass(User);
        Classes.Set("second", "gcp", [new("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: all}")]);
        await Publish();
        await Publish(className: "second");
        Assert.Equal(1, Google.Exchanges);
    }

    [Fact]
    public async Task Publish_SameServiceAccountOfGoogle_IsALoginForEachOfTheClusters()
    {
        Google.ServiceAccount("shop@shop.iam.gserviceaccount.com", "serviceAccount:shop.svc.id.goog[default/web]");
        foreach (var account in (string[])["web", "evil"])
            Annotate(account, ("iam.gke.io/gcp-service-account", "shop@shop.iam.gserviceaccount.com"));
        SetClass(User);
        await Publish(Pod("web-0", "web"));
        var failure = await PublishFails(Pod("evil-0", "evil"));
        Assert.Equal((VolumeError.ProviderDenies, 1), (failure.Error, Google.Impersonations));
    }

    [Fact]
    public async Task Publish_LoginPerPod_IsOneForEach()
    {
        SetClass(User, ("loginPer", "pod"));
        await Publish(Pod("web-0"));
        await Publish(Pod("web-1"));
        Assert.Equal((2, 2), (Google.Exchanges, Google.Asked("secretmanager")));
    }

    [Fact]
    public async Task Publish_ThePodsToken_GoesToTheTokenServiceAndNowhereElse()
    {
        Google.ServiceAccount("shop@shop.iam.gserviceaccount.com", "serviceAccount:shop.svc.id.goog[default/web]");
        Annotate("web", ("iam.gke.io/gcp-service-account", "shop@shop.iam.gserviceaccount.com"));
        SetClass(User);
        await Publish(audiences: ["vault", "", "other.svc.id.goog", "shop.svc.id.goog"]);

        var exchange = Assert.Single(Google.Front.Requests, request => request.Host == "securetoken.googleapis.com");
        var shown = System.Text.Json.JsonDocument.Parse(exchange.Body).RootElement.GetProperty("subject_token").GetString()!;
        Assert.Equal(["https://securetoken.googleapis.com"], Egress.OriginsThatSaw(shown));
        var (federated, own) = (Google.Tokens[0].Id, Google.Tokens[1].Id);
        Assert.Equal(["https://iamcredentials.googleapis.com"], Egress.OriginsThatSaw(federated));
        Assert.Equal(["https://secretmanager.googleapis.com"], Egress.OriginsThatSaw(own));
        Assert.Equal(["http://metadata.google.internal", "https://iamcredentials.googleapis.com", "https://secretmanager.googleapis.com", "https://securetoken.googleapis.com"], Egress.Origins);
        Assert.DoesNotContain(Lines.All, line => line.Contains(shown[..40], StringComparison.Ordinal) || line.Contains(federated, StringComparison.Ordinal) || line.Contains(own, StringComparison.Ordinal));
    }
}
