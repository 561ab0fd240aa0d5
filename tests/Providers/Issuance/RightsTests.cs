using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains.Providers.Issuance;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>The rights that the components in deploy/ give the driver are those that its requests need, and no others.</summary>
public sealed class RightsTests : IssuanceTest
{
    [Theory]
    [InlineData(CertificateRequester.Pod, "components/certificates/rbac.yaml")]
    [InlineData(CertificateRequester.Driver, "components/certificates-as-driver/rbac.yaml")]
    public async Task Certificates_ThroughTheirLives_NeedTheComponentsRightsAndNoOthers(CertificateRequester requester, string file)
    {
        var rights = DriverRights.Of(file);
        Api.Allows = request => request.User == FakeCluster.Driver ? rights.Allow(request) : request.Verb == "create";
        (IsDurable, Requester) = (true, requester);
        SetClass("cert-manager", ("issuerName", "ca"), ("keyType", "ecdsa-p256"));
        await Publish();
        await Refresh(); // which deletes the former request
        await PublishAfterACrash(Pod("web-1"));
        SetClass("kubernetes", ("signerName", FakeIssuer.Signer));
        await PublishAfterACrash(Pod("web-2"), "certificatesigningrequests");

        Assert.Empty(rights.Missing);
        Assert.Empty(rights.Unused);
    }

    private async Task PublishAfterACrash(PodIdentity pod, string resource = "certificaterequests")
    {
        Signers.Decides = false;
        var publish = Publish(pod);
        await Watched(resource);
        await Crash();
        Api.CutConnections();
        _ = publish.ContinueWith(static done => done.Exception, TaskScheduler.Default);
        await Until(() => Api.Watches(resource) == 0);
        var pending = Signers.Requests.Single(request => request["status"] is null);
        Signers.Approve(pending);
        Signers.Issue(pending);
        await Restart();
        await Publish(pod);
        Signers.Decides = true;
    }
}
