using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Gcp;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>The server of these tests, driven by Google's own clients, which know nothing of us: what they do not understand is a defect of the server.</summary>
public sealed class OfficialClientTests
{
    private const string Pool = "//iam.googleapis.com/projects/1001/locations/global/workloadIdentityPools/clusters/providers/prod";
    private const string Account = "shop@shop.iam.gserviceaccount.com";

    private static readonly string[] Packages = ["google-auth-library@10.9.1", "@google-cloud/secret-manager@6.3.0", "@google-cloud/parametermanager@0.5.2"];

    [NpmFact]
    public async Task GooglesClients_DriveTheServer_AsTheyDoTheRealOne()
    {
        using var files = new TemporaryDirectory();
        using var issuer = new TokenIssuer();
        using var authority = new TestAuthority();
        await using var server = await GcpServer.Start(issuer, TimeProvider.System, authority.Server(["localhost", .. GcpServer.Hosts]));
        server.Pool(Pool);
        server.ServiceAccount(Account, "principal://iam.googleapis.com/projects/1001/locations/global/workloadIdentityPools/clusters/subject/system:serviceaccount:default:web");
        server.Machine(Account);
        server.Put("off", "content").Versions[0].State = "DISABLED";
        server.Put("denied", "content");
        server.AllowOnly("denied", "user:admin@example.com");
        var pod = new PodIdentity("default", "web-0", "uid", "web");

        var said = await OfficialClient.Run(Packages, "Gcp/google.mjs",
            ("NODE_EXTRA_CA_CERTS", files.Write("ca.pem", authority.Pem)),
            ("PORT", server.Front.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("GCE_METADATA_HOST", server.Metadata.Address.Authority), ("POOL", Pool), ("ACCOUNT", Account),
            ("POD_TOKEN", files.Write("token", issuer.Issue(pod, Pool, TimeProvider.System.GetUtcNow()))),
            ("OTHER_TOKEN", files.Write("other", issuer.Issue(pod, "vault", TimeProvider.System.GetUtcNow()))),
            ("KEY", files.Write("key.json", server.Key(Account))));

        Assert.Equal(
            [
                "exchange=ya29.d", "impersonation=ya29.c", "key=ya29.k", "machine=ya29.m", "wrong-audience=400 invalid_grant", "wrong-pool=400 invalid_target",
                "created=projects/1001/secrets/shop", "added=projects/1001/secrets/shop/versions/1", "bad-crc=400 The checksum in SecretPayload.data_crc32c did not match the data in SecretPayload.data.",
                "access=projects/1001/secrets/shop/versions/1 pässword true", "latest=projects/1001/secrets/shop/versions/2 second",
                "missing=404 Secret [projects/1001/secrets/none] not found or has no versions.", "no-version=404 Secret Version [projects/1001/secrets/shop/versions/9] not found.",
                "disabled=400 Secret Version [projects/1001/secrets/off/versions/1] is in DISABLED state.",
                "denied=403 Permission 'secretmanager.versions.access' denied for resource 'projects/shop/secrets/denied/versions/1' (or it may not exist).",
                "bad-login=401 Request had invalid authentication credentials", $"regional=projects/1001/locations/{GcpServer.Region}/secrets/local/versions/1 here",
                """rendered={"password": "second"}""", "no-parameter=404 Resource 'projects/shop/locations/global/parameters/none' was not found",
            ],
            said);
    }
}
