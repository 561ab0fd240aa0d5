using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Azure;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>The servers of these tests, driven by Azure's own clients, which know nothing of us: so that our client is not tested against its own mirror.</summary>
public sealed class OfficialClientTests
{
    private const string Tenant = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    private const string Client = "11111111-2222-3333-4444-555555555555";
    private const string Other = "99999999-8888-7777-6666-555555555555";

    [NpmFact]
    public async Task AzureClients_DriveTheServers_AsTheyDoTheRealOnes()
    {
        using var files = new TemporaryDirectory();
        using var issuer = new TokenIssuer();
        using var authority = new TestAuthority();
        var time = TimeProvider.System; // the clients look at the clock
        await using var entra = await EntraServer.Start(issuer, time, authority.Server("login.microsoftonline.com"));
        await using var vault = await KeyVaultServer.Start(entra, time, authority.Server("shop-kv.vault.azure.net"), "shop-kv", Tenant);
        await using var machine = await AzureMachine.Start(entra, time, Tenant);
        machine.Assign(Client);
        entra.Federate(Tenant, Client, "default", "web").Register(Tenant, Other, one => one with { Password = "p@ss word+&=" });
        vault.Allow(Client, "secrets/get", "secrets/list", "secrets/set", "keys/get", "keys/list", "keys/create", "certificates/get", "certificates/list", "certificates/import");
        (vault.PageSize, vault.LastPageIsEmpty) = (2, true);
        var token = issuer.Issue(new PodIdentity("default", "web-0", "uid", "web"), EntraServer.Audience, time.GetUtcNow());
        files.Write("token", token);
        files.Write("ca.pem", authority.Pem);
        using var certificate = authority.Server("shop.example.com");

        var said = await OfficialClient.Run(
            ["@azure/identity@4.14.1", "@azure/keyvault-secrets@4.12.0", "@azure/keyvault-keys@4.10.2", "@azure/keyvault-certificates@4.10.3"], "Azure/azure-sdk.mjs",
            ("NODE_EXTRA_CA_CERTS", files["ca.pem"]), ("AZURE_POD_IDENTITY_AUTHORITY_HOST", machine.Front.Address.GetLeftPart(UriPartial.Authority)), ("LOGIN", $"{entra.Front.Address.Port}"), ("VAULT", $"{vault.Front.Address.Port}"),
            ("TENANT", Tenant), ("CLIENT", Client), ("OTHER", Other), ("PASSWORD", "p@ss word+&="), ("TOKEN_FILE", files["token"]), ("POD_TOKEN", token),
            ("BAD_TOKEN", issuer.Issue(new PodIdentity("default", "evil-0", "uid", "evil"), EntraServer.Audience, time.GetUtcNow())),
            ("PFX", Convert.ToBase64String(certificate.Export(X509ContentType.Pkcs12, ""))));

        Assert.Equal(
            [
                "login=3", "password=true", "assertion=true",
                "bad-token=AADSTS700213", "bad-password=AADSTS7000215", "bad-client=AADSTS700016", "bad-tenant=AADSTS90002", "machine=3", "no-identity=CredentialUnavailableError",
                "secret=three db text/plain true https://shop-kv.vault.azure.net", "versions=3 true", "first=one",
                "disabled=403 Forbidden", "missing=404 SecretNotFound", "bad-name=400 BadParameter", "no-right=403 Forbidden",
                "key=EC P-256 32 2", "no-key=404 KeyNotFound",
                "certificate=tls true true true application/x-pkcs12 1", "bag=application/x-pkcs12 true true", "no-certificate=404 CertificateNotFound",
            ],
            said);
    }
}
