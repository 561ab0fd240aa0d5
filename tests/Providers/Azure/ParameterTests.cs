using ActorCsi.Grains.Providers.Azure;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>What a class gets wrong is told by field, and nobody is asked.</summary>
public sealed class ParameterTests : AzureTest
{
    [Theory]
    [InlineData("keyvaultName", null, "parameters.keyvaultName is missing: name the vault")]
    [InlineData("keyvaultName", "kv", "parameters.keyvaultName is 'kv', expected the name of a vault: 3 to 24 letters, digits and '-'")]
    [InlineData("keyvaultName", "a-name-that-is-longer-than-24", "parameters.keyvaultName is 'a-name-that-is-longer-than-24'")]
    [InlineData("keyvaultName", "shop.evil.org/", "parameters.keyvaultName is 'shop.evil.org/'")]
    [InlineData("tenantID", "../common", "parameters.tenantID is '../common', expected the id or a domain of a directory, or adfs")]
    [InlineData("tenantID", "..", "parameters.tenantID is '..'")]
    [InlineData("cloudName", "AzureMoonCloud", "parameters.cloudName is 'AzureMoonCloud', expected AzurePublicCloud,")]
    [InlineData("cloudName", "AzureStackCloud", "parameters.cloudEnvFileName is missing: AzureStackCloud needs a JSON file")]
    [InlineData("usePodIdentity", "maybe", "parameters.usePodIdentity is 'maybe', expected \"true\" or \"false\"")]
    [InlineData("useVMManagedIdentity", "yes", "parameters.useVMManagedIdentity is 'yes'")]
    [InlineData("useAzureTokenProxy", "true", "parameters.useAzureTokenProxy is true, and the driver's environment has no AZURE_KUBERNETES_SNI_NAME")]
    [InlineData("constructPEMChain", "no", "parameters.constructPEMChain is 'no'")]
    [InlineData("objects", null, "parameters.objects is empty")]
    [InlineData("objects", "- a", "parameters.objects has no list 'array' of 1 to 256 entries")]
    [InlineData("objects", "array: []", "parameters.objects has no list 'array'")]
    [InlineData("objects", "array: {", "parameters.objects cannot be read as YAML, line ")]
    [InlineData("objects", "array: ['a: {']", "parameters.objects.array[0] cannot be read as YAML, line ")]
    [InlineData("objects", "array: [[a]]", "parameters.objects.array[0] is a list, expected {objectName, objectType}")]
    [InlineData("objects", "array: ['']", "parameters.objects.array[0] is empty")]
    public async Task Publish_BadParameter_IsNamed(string parameter, string? value, string part)
    {
        SetClass(Password, (parameter, value));
        await FailsWith(part);
    }

    [Theory]
    [InlineData("objectType: secret", "objectName is missing")]
    [InlineData("{objectName: a b, objectType: secret}", "objectName is 'a b', expected 1 to 127 letters, digits and '-'")]
    [InlineData("{objectName: ../keys/a, objectType: secret}", "objectName is '../keys/a'")]
    [InlineData("{objectName: [a], objectType: secret}", "objectName is a list, expected a text")]
    [InlineData("objectName: a", "objectType is '', expected secret, key or cert")]
    [InlineData("{objectName: a, objectType: Secret}", "objectType is 'Secret', expected secret, key or cert")]
    [InlineData("{objectName: a, objectType: secret, objectVersion: a/b}", "objectVersion is 'a/b', expected the 32 hexadecimal digits of a version")]
    [InlineData("{objectName: a, objectType: secret, objectVersionHistory: many}", "objectVersionHistory is 'many', expected a number of versions")]
    [InlineData("{objectName: a, objectType: secret, objectAlias: ../a}", "objectAlias has a part that is '..'")]
    [InlineData("{objectName: a, objectType: secret, objectAlias: /a}", "objectAlias is absolute")]
    [InlineData("{objectName: a, objectType: secret, objectFormat: der}", "objectFormat is 'der', expected pem or pfx")]
    [InlineData("{objectName: a, objectType: cert, objectFormat: pfx}", "objectFormat is pfx, which is for objectType secret only: a cert is always PEM")]
    [InlineData("{objectName: a, objectType: key, objectEncoding: utf-8}", "objectEncoding is for objectType secret only: a key is always PEM")]
    [InlineData("{objectName: a, objectType: secret, objectEncoding: rot13}", "objectEncoding is 'rot13', expected utf-8, base64 or hex")]
    [InlineData("{objectName: a, objectType: secret, filePermission: 0888}", "filePermission is '0888', expected permission bits from 0000 to 0777")]
    public async Task Publish_BadObject_IsNamed(string entry, string part)
    {
        SetClass($"array:\n  - |\n    {entry}\n");
        await FailsWith("parameters.objects.array[0]." + part);
    }

    [Fact]
    public async Task Publish_SeveralFaults_AreToldAtOnce()
    {
        SetClass("array:\n  - |\n    objectName: a\n  - |\n    objectType: secret\n", ("keyvaultName", "x"));
        await FailsWith("parameters.keyvaultName is 'x', expected the name of a vault: 3 to 24 letters, digits and '-'; parameters.objects.array[0].objectType is '', expected secret, key or cert; parameters.objects.array[1].objectName is missing");
    }

    [Fact]
    public async Task Publish_TwoObjectsOfOneFile_AreRefused()
    {
        SetClass(Objects("{objectName: password, objectType: secret}", "{objectName: other, objectAlias: password, objectType: secret}"));
        await FailsWith("parameters.objects.array[1] makes the file 'password' as objects.array[0] does");
    }

    [Theory]
    [InlineData("useVMManagedIdentity", "usePodIdentity")]
    [InlineData("usePodIdentity", "useAzureTokenProxy")]
    [InlineData("useVMManagedIdentity", "useAzureTokenProxy")]
    public async Task Publish_TwoIdentityModes_AreRefused(string one, string other)
    {
        SetClass(Password, (one, "true"), (other, "true"));
        await FailsWith($"parameters.{one} and {other} are both true, expected one");
    }

    [Fact]
    public async Task Publish_TokenProxyAtNoAddress_IsRefused()
    {
        (Variables["AZURE_KUBERNETES_SNI_NAME"], Variables["AZURE_KUBERNETES_TOKEN_PROXY"]) = ("a1.ests.aks", "http://proxy");
        SetClass(Password, ("useAzureTokenProxy", "true"));
        await FailsWith("parameters.useAzureTokenProxy is true, and AZURE_KUBERNETES_TOKEN_PROXY of the driver's environment is 'http://proxy', expected an https URL");
    }

    [Fact]
    public async Task Publish_ValuesWithBlanksAndUnknownParameters_AreTakenAsThePluginDoes()
    {
        SetClass("\narray:\n  - |\n    objectName: ' password '\n    objectType: \"secret \"\n    objectVersion: \"\"\n    whatever: 1\n",
            ("keyvaultName", " shop-kv "), ("tenantID", null), ("tenantId", $" {Tenant}\n"), ("clientID", $" {Client} "), ("usePodIdentity", "false"), ("cloudName", ""), ("resourceGroup", "old"));
        await Publish();
        Assert.Equal("s3cret", Files()["password"]);
    }

    [Fact]
    public async Task Publish_BothSpellingsOfTheTenant_TheNewerCounts()
    {
        SetClass(Password, ("tenantId", "wrong"));
        await Publish();
        Assert.Equal("s3cret", Files()["password"]);
    }

    [Theory] // doctor compares this with the tokenRequests of the CSIDriver
    [InlineData("clientID", Client, true, "api://AzureADTokenExchange")]
    [InlineData("clientID", null, false, "api://AzureADTokenExchange")] // the pod's Secret may do
    [InlineData("useAzureTokenProxy", "true", true, "api://AKSIdentityBinding")]
    [InlineData("useVMManagedIdentity", "true", false, null)]
    [InlineData("usePodIdentity", "true", false, null)]
    public void Demand_OfAClass_IsTheAudienceThatItNeeds(string parameter, string? value, bool isRequired, string? audience)
    {
        SetClass(Password, (parameter, value));
        var demand = AzureClass.Read(Classes.Peek("default", ClassName)!, name => name == "AZURE_KUBERNETES_SNI_NAME" ? "a1.ests.aks" : null).Demand;
        Assert.Equal((isRequired, audience), (demand.IsRequired, demand.Audiences.SingleOrDefault()));
    }

    private async Task FailsWith(string part)
    {
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Egress.Origins);
    }
}
