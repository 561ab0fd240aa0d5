using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>Who a fetch acts as: the class says it, or the pod's Secret, or the service account; or the node where the class asks for that.</summary>
public sealed class IdentityTests : AzureTest
{
    private const string OtherClient = "99999999-8888-7777-6666-555555555555";

    [Fact]
    public async Task Publish_ClientIdInTheClass_IsTheOne()
    {
        ApiServer.Failure = new VolumeException(VolumeError.ClusterUnavailable, "nobody asks it");
        SetClass(Password);
        await Publish();
        Assert.Equal([Client], Clients());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_ClientIdOfTheServiceAccount_IsTheOneWhereTheClassHasNone(bool tenantToo)
    {
        Annotate(("client-id", Client), ("tenant-id", tenantToo ? Tenant : "wrong"));
        SetClass(Password, ("clientID", null), ("tenantID", tenantToo ? null : Tenant));
        await Publish();
        Assert.Equal("s3cret", Files()["password"]);
        Assert.Equal([Client], Clients());
    }

    [Fact]
    public async Task Publish_TenantOfTheServiceAccount_CountsWhereTheClassHasTheClientOnly()
    {
        Annotate(("tenant-id", Tenant));
        SetClass(Password, ("tenantID", null));
        await Publish();
        Assert.Equal("s3cret", Files()["password"]);
    }

    [Fact]
    public async Task Publish_NoIdentityAnywhere_SaysWhereOneCanBeGiven()
    {
        SetClass(Password, ("clientID", null));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("no identity: set parameters.clientID, or annotate the service account default/web with azure.workload.identity/client-id", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "no tenant: set parameters.tenantID, or annotate the service account default/web with azure.workload.identity/tenant-id")]
    [InlineData("a/b", "the annotation azure.workload.identity/tenant-id of service account default/web is 'a/b', expected the id or a domain of a directory")]
    public async Task Publish_NoTenantOrABadOne_SaysSo(string? annotation, string part)
    {
        if (annotation is not null)
            Annotate(("tenant-id", annotation));
        SetClass(Password, ("tenantID", null));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clientID")]
    [InlineData("annotation")]
    public async Task Publish_NoToken_SaysWhatToAdd(string where)
    {
        Annotate(("client-id", Client));
        SetClass(Password, ("clientID", where == "clientID" ? Client : null));
        var failure = await PublishFails(audiences: ["vault"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("Add {audience: \"api://AzureADTokenExchange\"} to spec.tokenRequests", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NobodyToAskForAnnotations_SaysWhatElseWouldDo()
    {
        ApiServer.Failure = new VolumeException(VolumeError.ClusterUnavailable, "the API server is away");
        SetClass(Password, ("clientID", null));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ClusterUnavailable, failure.Error);
        Assert.Contains("the API server is away", failure.Message, StringComparison.Ordinal);
        Assert.Contains("parameters.clientID and parameters.tenantID", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clientid", "clientsecret")]
    [InlineData("ClientID", "clientSecret")]
    public async Task Publish_ApplicationInTheSecret_LogsInByItsPassword(string id, string password)
    {
        Entra.Register(Tenant, OtherClient, one => one with { Password = "p@ss word+&=" });
        Vault.Allow(OtherClient, "secrets/get");
        SetClass(Password, ("clientID", null));
        await Publish(secrets: [(id, OtherClient), (password, "p@ss word+&=")], audiences: ["vault"]); // no token for Entra
        Assert.Equal([OtherClient], Clients());
        Assert.Equal("s3cret", Files()["password"]);
    }

    [Fact]
    public async Task Publish_ApplicationInTheSecretAndClientIdInTheClass_TheClassCounts()
    {
        SetClass(Password);
        await Publish(secrets: [("clientid", OtherClient), ("clientsecret", "x")]);
        Assert.Equal([Client], Clients());
    }

    [Fact]
    public async Task Publish_WrongPassword_IsRefusedAndNotSeen()
    {
        Entra.Register(Tenant, OtherClient, one => one with { Password = "right" });
        SetClass(Password, ("clientID", null));
        var failure = await PublishFails(secrets: [("clientid", OtherClient), ("clientsecret", "the-wrong-password")]);
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Assert.Contains("AADSTS7000215", failure.Message, StringComparison.Ordinal);
        Assert.Contains("check clientsecret in the Secret of nodePublishSecretRef", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-wrong-password", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_OtherPassword_IsAnotherLogin()
    {
        Entra.Register(Tenant, OtherClient, one => one with { Password = "right" });
        Vault.Allow(OtherClient, "secrets/get");
        SetClass(Password, ("clientID", null));
        await Publish(secrets: [("clientid", OtherClient), ("clientsecret", "right")]);
        await PublishFails(Pod("web-1"), secrets: [("clientid", OtherClient), ("clientsecret", "guessed")]);
        Assert.Single(Kernel.Mounts);
    }

    [Theory]
    [InlineData("", "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net")]
    [InlineData(OtherClient, "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&client_id=" + OtherClient)]
    public async Task Publish_IdentityOfTheMachine_IsAskedForAtItsMetadataService(string id, string path)
    {
        Vault.Allow(OtherClient, "secrets/get");
        var machine = await StartMachine();
        if (id.Length > 0)
            machine.Assign(Client);
        machine.Assign(OtherClient);
        machine.Front.Break(StoreFaults.Status(404), times: 1); // while it starts
        SetClass(Password, ("clientID", null), ("useVMManagedIdentity", "true"), ("userAssignedIdentityID", id));
        await ThroughPauses(Publish(audiences: ["vault"]));
        Assert.Equal("s3cret", Files()["password"]);
        Assert.All(machine.Front.Requests, request => Assert.Equal((path, "true"), (request.Path, request.Headers["Metadata"])));
        Assert.Empty(Entra.Front.Requests);
        Assert.Equal([OtherClient], Clients());
    }

    [Theory]
    [InlineData("useVMManagedIdentity")]
    [InlineData("usePodIdentity")]
    public async Task Publish_IdentityOfTheNodeWhereThoseAreRefused_AsksNobody(string parameter)
    {
        NodeIdentities = NodeIdentities.Refused;
        var machine = (await StartMachine()).Assign(Client).Bind("default", "web-0", Client);
        SetClass(Password, (parameter, "true"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains($"parameters.{parameter} is true: that is an identity of the node, and --node-identities=refused among the driver's options keeps those from classes. Use the pod's own", failure.Message, StringComparison.Ordinal);
        Assert.Empty(machine.Front.Requests);
        SetClass(Password);
        await Publish();
        Assert.Equal([Client], Clients());
    }

    [Fact]
    public async Task Publish_MachineHasNoSuchIdentity_SaysSo()
    {
        (await StartMachine()).Assign(Client);
        SetClass(Password, ("useVMManagedIdentity", "true"), ("userAssignedIdentityID", OtherClient));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("HTTP 400: Identity not found (the machine has no such identity; check userAssignedIdentityID", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_AadPodIdentity_IsAskedForEachPod()
    {
        Vault.Allow(OtherClient, "secrets/get");
        var machine = (await StartMachine()).Bind("default", "web-0", Client).Bind("default", "web-1", OtherClient);
        SetClass(Password, ("clientID", null), ("usePodIdentity", "true"));
        await Publish(Pod("web-0"), audiences: ["vault"]);
        await Publish(Pod("web-1"), audiences: ["vault"]);
        Assert.Equal(["default/web-0", "default/web-1"], machine.Front.Requests.Select(request => $"{request.Headers["podns"]}/{request.Headers["podname"]}"));
        Assert.All(machine.Front.Requests, request => Assert.Equal("/host/token/?resource=https%3A%2F%2Fvault.azure.net", request.Path));
        Assert.Equal([Client, OtherClient], Clients());
    }

    [Fact]
    public async Task Publish_PodThatIsBoundToNoIdentity_IsTold()
    {
        (await StartMachine()).Bind("default", "web-1", Client);
        SetClass(Password, ("usePodIdentity", "true"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("(does an AzureIdentityBinding select the pod?)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("useVMManagedIdentity", "{\"access_token\": 7}")]
    [InlineData("useVMManagedIdentity", "{\"access_token\": \"x\"}")]
    [InlineData("usePodIdentity", "{\"token\": 7}")]
    [InlineData("usePodIdentity", "<html>")]
    public async Task Publish_MachineAnswersWithoutAToken_MakesNoSense(string parameter, string body)
    {
        (await StartMachine()).Front.Break(StoreFaults.Status(200, body));
        SetClass(Password, (parameter, "true"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("expected an access token", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "kubernetes.default.svc.cluster.local:443", "clientID")]
    [InlineData("https://proxy.example.com:8443", "proxy.example.com:8443", "annotation")]
    public async Task Publish_IdentityBinding_LogsInAtTheProxyOfTheCluster(string? address, string place, string where)
    {
        const string Name = "a1b2c3.ests.aks";
        var proxy = await StartEntra(Name);
        proxy.Federate(Tenant, Client, "default", "web", audience: "api://AKSIdentityBinding");
        Redirect(place, proxy.Front);
        (Variables["AZURE_KUBERNETES_SNI_NAME"], Variables["AZURE_KUBERNETES_CA_FILE"]) = (Name, CaFile);
        if (address is not null)
            Variables["AZURE_KUBERNETES_TOKEN_PROXY"] = address;
        Annotate(("client-id", Client));
        ApiServer.Annotations["evil"] = ApiServer.Annotations["web"];
        SetClass(Password, ("useAzureTokenProxy", "true"), ("clientID", where == "clientID" ? Client : null));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("'api://AKSIdentityBinding'", failure.Message, StringComparison.Ordinal);
        await Publish(audiences: ["api://AKSIdentityBinding", "api://AzureADTokenExchange"]);
        Assert.Equal("s3cret", Files()["password"]);
        Assert.Empty(Entra.Front.Requests);
        var login = Assert.Single(proxy.Front.Requests);
        Assert.Equal(($"/{Tenant}/oauth2/v2.0/token", Name), (login.Path, login.Host));
        Assert.Contains("may service account default/evil use it?", (await PublishFails(Pod("evil-0", "evil"), audiences: ["api://AKSIdentityBinding"])).Message, StringComparison.Ordinal);
    }

    private void Annotate(params (string Name, string Value)[] annotations)
        => ApiServer.Annotations["web"] = annotations.ToDictionary(one => "azure.workload.identity/" + one.Name, one => one.Value);

    /// <summary>The applications whose access tokens the vault was shown, each once.</summary>
    private string[] Clients() => [.. Vault.Front.Requests.Select(request => (string)Entra.Verify(request.Headers["Authorization"]["Bearer ".Length..])!["appid"]!).Distinct()];
}
