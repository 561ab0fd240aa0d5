using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>The cluster of these tests, as Kubernetes' own client sees it.</summary>
public sealed class OfficialClientTests : IssuanceTest
{
    private const string Package = "@kubernetes/client-node@1.3.0";

    [NpmFact]
    public async Task KubernetesClient_MakesAndFollowsRequests_AsOnACluster()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var said = await OfficialClient.Run([Package], "Issuance/kubernetes-client.mjs",
            ("API_SERVER", Api.Address.GetLeftPart(UriPartial.Authority)),
            ("API_CA", Api.AuthorityPem),
            ("POD_TOKEN", Issuer.Issue(Pod(), "", Time.GetUtcNow())),
            ("SIGNING_REQUEST", new CertificateRequest("CN=web", key, HashAlgorithmName.SHA256).CreateSigningRequestPem()));

        Assert.Equal(
            [
                $"made=CertificateRequest by {PodsUser}", "issued=True Issued -----BEGIN CERTIFICATE-----", "again=409 AlreadyExists", "malformed=422 Invalid",
                "deleted=404 NotFound", $"signed=True by {PodsUser}",
            ],
            said);
    }
}
