using ActorCsi.Fakes.Stores;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>Whatever Entra and the vault refuse is told in their words, with what usually mends it, and without what was sent.</summary>
public sealed class RefusalTests : AzureTest
{
    private const string OtherTenant = "bbbbbbbb-cccc-dddd-eeee-ffffffffffff";

    [Theory]
    [InlineData("{objectName: none, objectType: secret}", VolumeError.NotFound, "reading secret/none from shop-kv.vault.azure.net as identity '11111111-2222-3333-4444-555555555555': HTTP 404: SecretNotFound: A secret with (name/id) none was not found in this key vault.")]
    [InlineData("{objectName: none, objectType: key}", VolumeError.NotFound, "HTTP 404: KeyNotFound: A key with (name/id) none was not found")]
    [InlineData("{objectName: none, objectType: cert}", VolumeError.NotFound, "HTTP 404: CertificateNotFound: A certificate with (name/id) none was not found")]
    [InlineData("{objectName: password, objectType: secret, objectVersion: 0123456789abcdef}", VolumeError.NotFound, "reading secret/password version 0123456789abcdef from shop-kv.vault.azure.net")]
    [InlineData("{objectName: off, objectType: secret}", VolumeError.ProviderDenies, "HTTP 403: Forbidden (SecretDisabled): Operation get is not allowed on a disabled secret. (it is disabled: enable it, or name another version)")]
    public async Task Publish_ObjectThatCannotBeRead_SaysWhy(string entry, VolumeError error, string part)
    {
        Vault.Enable("secrets", "off", Vault.PutSecret("off", "x"), false);
        SetClass(Objects(entry));
        await FailsWith(error, part);
        Assert.Empty(Kernel.Mounts);
    }

    [Theory]
    [InlineData("{objectName: password, objectType: secret}", "does not have secrets get permission on key vault 'shop-kv;location=westeurope'. (give identity '11111111-2222-3333-4444-555555555555' the right to get secrets", "Key Vault Secrets User")]
    [InlineData("{objectName: password, objectType: secret, objectVersionHistory: 2}", "reading the versions of secret/password from shop-kv.vault.azure.net", "does not have secrets list permission")]
    [InlineData("{objectName: password, objectType: key}", "does not have keys get permission", "Key Vault Crypto User")]
    [InlineData("{objectName: password, objectType: cert}", "does not have certificates get permission", "Key Vault Certificate User")]
    public async Task Publish_NoRight_SaysWhichOne(string entry, string part, string other)
    {
        Vault.AllowNobody();
        SetClass(Objects(entry));
        await FailsWith(VolumeError.ProviderDenies, part, other);
    }

    [Theory]
    [InlineData("ForbiddenByFirewall", "the vault's firewall does not let this node in")]
    [InlineData("ForbiddenByRbac", "Key Vault Secrets User")]
    [InlineData("ForbiddenByPolicy", "Key Vault Secrets User")]
    public async Task Publish_Forbidden_HasItsReason(string reason, string part)
    {
        Vault.Front.Break(StoreFaults.Status(403, $$$"""{"error": {"code": "Forbidden", "message": "No.", "innererror": {"code": "{{{reason}}}"} } }"""));
        SetClass(Password);
        await FailsWith(VolumeError.ProviderDenies, $"HTTP 403: Forbidden ({reason}): No. (", part);
    }

    [Fact]
    public async Task Publish_VaultOfAnotherTenant_SaysWhichTenant()
    {
        Entra.Federate(OtherTenant, Client, "default", "web");
        SetClass(Password, ("tenantID", OtherTenant));
        await FailsWith(VolumeError.TokenRefused, "AKV10032", $"the vault wants a login of authorization=\"https://login.windows.net/{Tenant}\"", $"was shown one of tenant '{OtherTenant}' for https://vault.azure.net; check tenantID and cloudName");
        Assert.Equal(2, Entra.Issued.Count); // one more try, and no more
    }

    [Fact]
    public async Task Publish_NoFederatedCredential_SaysWhatItMustBe()
    {
        SetClass(Password);
        await FailsWith(Pod("evil-0", "evil"), VolumeError.ProviderDenies, "AADSTS700213", "assertion subject 'system:serviceaccount:default:evil'",
            "a federated credential for this cluster's issuer with subject system:serviceaccount:default:evil and audience api://AzureADTokenExchange");
    }

    [Fact]
    public async Task Publish_OtherAudienceInEntra_IsRefused()
    {
        Entra.Register(Tenant, "other-client").Federate(Tenant, "other-client", "default", "web", audience: "api://Other");
        SetClass(Password, ("clientID", "other-client"));
        await FailsWith(VolumeError.TokenRefused, "AADSTS700212");
    }

    [Fact]
    public async Task Publish_TokenOfAnotherIssuer_IsRefused()
    {
        using var other = new TokenIssuer();
        var entra = await StartEntra("login.microsoftonline.us", other);
        entra.Federate(Tenant, Client, "default", "web");
        SetClass(Password, ("cloudName", "AzureUSGovernmentCloud"));
        await FailsWith(VolumeError.TokenRefused, "AADSTS50013", "the cluster's issuer must publish its present keys");
    }

    [Fact]
    public async Task Publish_NoCredentialForTheIssuer_IsRefused()
    {
        Entra.Register(Tenant, "lonely");
        SetClass(Password, ("clientID", "lonely"));
        await FailsWith(VolumeError.TokenRefused, "AADSTS700211");
    }

    [Theory]
    [InlineData("clientID", "nobody", "AADSTS700016", "check clientID and tenantID")]
    [InlineData("tenantID", "nowhere.example.com", "AADSTS90002", "check tenantID and cloudName")]
    public async Task Publish_UnknownClientOrTenant_SaysSo(string parameter, string value, string code, string hint)
    {
        SetClass(Password, (parameter, value));
        await FailsWith(VolumeError.Invalid, code, hint);
    }

    [Fact]
    public async Task Publish_TokenThatEntraTakesForExpired_SaysSo()
    {
        Entra.ClockSkew = TimeSpan.FromHours(3);
        SetClass(Password);
        await FailsWith(VolumeError.TokenRefused, "AADSTS700024", "kubelet brings a new token with its next publish");
    }

    [Fact]
    public async Task Publish_RefusalWithIdsOfTheRequest_IsTheSameTextEachTime()
    {
        SetClass(Password, ("clientID", "nobody"));
        var (first, second) = (await PublishFails(), await PublishFails());
        Assert.Equal(first.Message, second.Message);
        Assert.DoesNotContain("Trace ID", first.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, VolumeError.ProviderThrottles)]
    [InlineData(500, VolumeError.ProviderUnavailable)]
    [InlineData(503, VolumeError.ProviderUnavailable)]
    [InlineData(409, VolumeError.ProviderFailed)]
    [InlineData(400, VolumeError.Invalid)]
    [InlineData(404, VolumeError.NotFound)]
    [InlineData(403, VolumeError.ProviderDenies)]
    [InlineData(401, VolumeError.TokenRefused)]
    public async Task Refresh_VaultFails_KeepsTheFiles(int status, VolumeError error)
    {
        SetClass(Password);
        await Publish();
        Vault.Front.Break(StoreFaults.Status(status, """{"error": {"code": "ItIsSo", "message": "so it is"}}""", retryAfter: 60), times: 100);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((error, TimeSpan.FromMinutes(1)), (failure.Error, failure.RetryAfter));
        Assert.Contains("ItIsSo: so it is", failure.Message, StringComparison.Ordinal);
        Assert.Equal((VolumeState.Stale, "s3cret"), ((await Status()).State, Files()["password"]));
    }

    [Theory]
    [InlineData(429, VolumeError.ProviderThrottles)]
    [InlineData(500, VolumeError.ProviderUnavailable)]
    [InlineData(400, VolumeError.ProviderUnavailable)]
    public async Task Refresh_EntraFails_KeepsTheFiles(int status, VolumeError error)
    {
        SetClass(Password);
        await Publish();
        Entra.RevokeAll();
        Entra.Front.Break(StoreFaults.Status(status, """{"error": "temporarily_unavailable", "error_description": "AADSTS90033: A transient error has occurred."}""", retryAfter: 60), times: 100);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((error, TimeSpan.FromMinutes(1)), (failure.Error, failure.RetryAfter));
        Assert.Contains("AADSTS90033: A transient error has occurred.", failure.Message, StringComparison.Ordinal);
        Assert.Equal((VolumeState.Stale, "s3cret"), ((await Status()).State, Files()["password"]));
    }

    [Fact]
    public async Task Publish_AnswerWithoutAValue_MakesNoSense()
    {
        Vault.Front.Break(StoreFaults.Status(200, """{"id": "https://shop-kv.vault.azure.net/secrets/password/1"}"""));
        SetClass(Password);
        await FailsWith(VolumeError.ProviderFailed, "reading secret/password: the answer makes no sense, expected a value");
        Vault.Front.Break(StoreFaults.Status(200, """{"value": "x"}"""));
        await FailsWith(VolumeError.ProviderFailed, "the answer makes no sense, expected its id");
    }

    [Fact]
    public async Task Publish_ServersQuoteWhatTheyWereSent_NothingOfItIsSeen()
    {
        var token = "";
        Entra.Front.Break(async context =>
        {
            token = (await context.Request.ReadFormAsync())["client_assertion"].ToString();
            context.Response.StatusCode = 401;
            await context.Response.WriteAsJsonAsync(new { error = "invalid_client", error_description = $"the token {token} is no good" });
        });
        SetClass(Password);
        await FailsWith(VolumeError.TokenRefused, "the token [redacted] is no good");

        Vault.Front.Break(async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsJsonAsync(new { error = new { code = "Forbidden", message = $"no: {context.Request.Headers.Authorization}" } });
        });
        await FailsWith(VolumeError.ProviderDenies, "no: Bearer [redacted]");
        Assert.DoesNotContain(Lines.All, line => line.Contains(token[..40], StringComparison.Ordinal) || line.Contains(Entra.Issued[0][..40], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_NoSuchVault_SaysSo()
    {
        SetClass(Password, ("keyvaultName", "no-such-vault"));
        await FailsWith(VolumeError.ProviderUnavailable, "https://no-such-vault.vault.azure.net cannot be reached");
    }

    private Task FailsWith(VolumeError error, params string[] parts) => FailsWith(Pod(), error, parts);

    private async Task FailsWith(PodIdentity pod, VolumeError error, params string[] parts)
    {
        var failing = PublishFails(pod);
        await ThroughPauses(failing);
        var failure = await failing;
        Assert.Equal(error, failure.Error);
        Assert.All(parts, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
    }
}
