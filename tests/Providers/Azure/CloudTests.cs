using ActorCsi.Fakes.Stores.Azure;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>Each cloud has its own logins and vaults, and a login is for the vaults of its cloud.</summary>
public sealed class CloudTests : AzureTest
{
    [Theory]
    [InlineData("AzurePublicCloud", "login.microsoftonline.com", "vault.azure.net")]
    [InlineData("AZURECLOUD", "login.microsoftonline.com", "vault.azure.net")]
    [InlineData("AzureUSGovernmentCloud", "login.microsoftonline.us", "vault.usgovcloudapi.net")]
    [InlineData("azureusgovernment", "login.microsoftonline.us", "vault.usgovcloudapi.net")]
    [InlineData("azurechinacloud", "login.chinacloudapi.cn", "vault.azure.cn")]
    [InlineData("AzureGermanCloud", "login.microsoftonline.de", "vault.microsoftazure.de")]
    public async Task Publish_CloudByName_HasItsHosts(string cloud, string login, string vaults)
    {
        await StartCloud(login, vaults, Tenant);
        SetClass(Password, ("cloudName", cloud));
        await Publish();
        Assert.Equal($"of {vaults}", Files()["password"]);
        Assert.Equal([.. new[] { $"https://{login}", $"https://shop-kv.{vaults}" }.Order(StringComparer.Ordinal)], Egress.Origins);
    }

    [Fact]
    public async Task Publish_CloudOfTheDriversEnvironment_CountsWhereTheClassHasNone()
    {
        await StartCloud("login.chinacloudapi.cn", "vault.azure.cn", Tenant);
        Variables["AZURE_ENVIRONMENT"] = "AzureChinaCloud";
        SetClass(Password);
        await Publish();
        Assert.Equal("of vault.azure.cn", Files()["password"]);
    }

    [Theory]
    [InlineData(Tenant, "oauth2/v2.0/token", false)]
    [InlineData("adfs", "oauth2/token", false)]
    [InlineData("adfs", "oauth2/token", true)]
    public async Task Publish_CloudInAFile_HasItsHosts(string tenant, string path, bool byVariable)
    {
        var entra = await StartCloud("login.local.azurestack.external", "vault.local.azurestack.external", tenant);
        var file = WriteFile("stack.json", """
            {"Name": "AzureStackCloud", "activeDirectoryEndpoint": "https://login.local.azurestack.external/",
             "keyVaultEndpoint": "https://vault.local.azurestack.external/", "keyVaultDNSSuffix": "vault.local.azurestack.external", "galleryEndpoint": "x"}
            """);
        Variables["AZURE_ENVIRONMENT_FILEPATH"] = file;
        SetClass(Password, ("cloudName", "AzureStackCloud"), ("cloudEnvFileName", byVariable ? null : file), ("tenantID", tenant));
        await Publish();
        Assert.Equal("of vault.local.azurestack.external", Files()["password"]);
        Assert.Equal($"/{tenant}/{path}", Assert.Single(entra.Front.Requests).Path);
    }

    [Theory]
    [InlineData(null, "names a file that cannot be read")]
    [InlineData("secret: no json", "names a file that is not JSON")]
    [InlineData("[]", "names a file whose activeDirectoryEndpoint is '', expected an https URL")]
    [InlineData("""{"activeDirectoryEndpoint": "http://login.example.com/"}""", "names a file whose activeDirectoryEndpoint is 'http://login.example.com/', expected an https URL")]
    [InlineData("""{"activeDirectoryEndpoint": "https://login.example.com/", "keyVaultDNSSuffix": "a b"}""", "names a file whose keyVaultDNSSuffix is 'a b', expected a name such as vault.azure.net")]
    public async Task Publish_FileOfNoUse_IsTold(string? content, string part)
    {
        var file = content is null ? "/nowhere/stack.json" : WriteFile("stack.json", content);
        SetClass(Password, ("cloudName", "AzureStackCloud"), ("cloudEnvFileName", file));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("parameters.cloudEnvFileName " + part, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret: no json", failure.Message, StringComparison.Ordinal);
    }

    private async Task<EntraServer> StartCloud(string login, string vaults, string tenant)
    {
        var entra = await StartEntra(login);
        entra.Federate(tenant, Client, "default", "web");
        (await StartVault(entra, "shop-kv", tenant, vaults)).Allow(Client, "secrets/get").PutSecret("password", $"of {vaults}");
        return entra;
    }
}
