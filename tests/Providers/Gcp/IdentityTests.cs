using System.Text.Json.Nodes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gcp;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>As whom a class is read: the pod by its pool, a service account of Google's, the key of a Secret, the driver. Every parameter and every variable.</summary>
public sealed class IdentityTests : GcpTest
{
    private const string User = "- {resourceName: projects/shop/secrets/db/versions/latest, path: user, extractJSONKey: user}";
    private const string Account = "shop@shop.iam.gserviceaccount.com";
    private const string Web = "serviceAccount:shop.svc.id.goog[default/web]";
    private const string FederatedWeb = "principal://iam.googleapis.com/projects/1001/locations/global/workloadIdentityPools/clusters/subject/system:serviceaccount:default:web";

    [Theory]
    [InlineData(Web)]
    [InlineData("principal://iam.googleapis.com/projects/1001/locations/global/workloadIdentityPools/shop.svc.id.goog/subject/ns/default/sa/web")]
    public async Task Publish_OnGke_IsThePodItself(string member)
    {
        Google.AllowOnly("db", member);
        SetClass(User, ("auth", "pod-adc"));
        await Publish();
        await Publish(Pod("web-1"));
        Assert.Equal("bob", Files()["user"]);
        Assert.Equal(3, Google.Metadata.Requests.Count); // the cluster does not change: project, location and name are asked for once
    }

    [Fact]
    public async Task Publish_ServiceAccountIsAnnotated_ActsAsThatAccount()
    {
        Google.ServiceAccount(Account, Web);
        Google.AllowOnly("db", $"serviceAccount:{Account}");
        Annotate("web", ("iam.gke.io/gcp-service-account", Account));
        SetClass(User);
        await Publish();
        Assert.Equal(("bob", 1, 1), (Files()["user"], Google.Exchanges, Google.Impersonations));
    }

    [Fact]
    public async Task Refresh_AnnotationsCannotBeRead_IsNotTriedAsAnother()
    {
        SetClass(User);
        await Publish();
        ApiServer.Failure = new VolumeException(VolumeError.ClusterUnavailable, "the API server is away");
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal((VolumeError.ClusterUnavailable, "bob", 1), (failure.Error, Files()["user"], Google.Asked("secretmanager")));
    }

    [Fact]
    public async Task Of_DriverWithoutAnApiServer_IsThePodItself()
    {
        var settings = new GcpSettings(_ => null);
        var driver = new DriverCredentials(settings);
        var identities = new GcpIdentities(new ProviderOptions { StateDirectory = "unused" }, settings, driver, new WorkloadPools(settings, driver, null!), null!, null!, new NoServiceAccounts());
        var secretClass = new SecretProviderClass("default", "class", "gcp", new StringMap([new("secrets", User), new("audience", Pool)]), []);
        var volume = new VolumeSpec("id", "/target", Pod(), StringMap.Empty, "", ReadOnly: true, FsGroup: null, MountFlags: "");
        var tokens = new PodTokens([new PodToken(Pool, Secret.FromText("token"), Time.GetUtcNow())]);
        var identity = await identities.Of(GcpClass.Read(secretClass), new FetchRequest(volume, secretClass, tokens, TokenSource.Secrets, [], []), CancellationToken.None);
        Assert.Equal(("", $"principal:{Pool[..Pool.IndexOf("/providers", StringComparison.Ordinal)]}/subject/system:serviceaccount:default:web"), (identity.Account.ActsAs, identity.Account.Who));
    }

    [Fact]
    public async Task Publish_Delegates_AreAChain()
    {
        Google.ServiceAccount("first@other.iam.gserviceaccount.com", Web);
        Google.ServiceAccount("second@other.iam.gserviceaccount.com", "serviceAccount:first@other.iam.gserviceaccount.com");
        Google.ServiceAccount(Account, "serviceAccount:second@other.iam.gserviceaccount.com");
        Google.AllowOnly("db", $"serviceAccount:{Account}");
        Annotate("web", ("iam.gke.io/gcp-service-account", Account),
            ("iam.gke.io/gcp-service-account-delegates", """["first@other.iam.gserviceaccount.com", "second@other.iam.gserviceaccount.com"]"""));
        SetClass(User);
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Theory]
    [InlineData(Pool, Pool)]
    [InlineData(Pool, "https:" + Pool)]
    [InlineData("https:" + Pool, Pool)]
    public async Task Publish_ClassNamesAPool_IsThePodOfThatPool(string audience, string tokenAudience)
    {
        Google.Pool(Pool);
        Google.AllowOnly("db", FederatedWeb);
        SetClass(User, ("audience", audience));
        await Publish(audiences: [tokenAudience]);
        Assert.Equal("bob", Files()["user"]);
        Assert.Contains("https://sts.googleapis.com", Egress.Origins);
        Assert.Empty(Google.Metadata.Requests);
    }

    [Fact]
    public async Task Publish_EnvironmentNamesTheCluster_TheMetadataServerIsNotAsked()
    {
        Google.Cluster("other", "us-east1", "there");
        (Variables["PROJECT"], Variables["CLUSTER_LOCATION"], Variables["CLUSTER_NAME"]) = ("other", "us-east1", "there");
        Google.AllowOnly("db", "serviceAccount:other.svc.id.goog[default/web]");
        SetClass(User);
        await Publish(audiences: ["other.svc.id.goog"]);
        Assert.Equal(("bob", 0), (Files()["user"], Google.Metadata.Requests.Count));
    }

    [Fact]
    public async Task Publish_EnvironmentNamesTheProjectOnly_TheRestIsAskedFor()
    {
        Variables["PROJECT"] = "shop";
        SetClass(User);
        await Publish();
        Assert.Equal(("bob", 2), (Files()["user"], Google.Metadata.Requests.Count));
    }

    [Fact]
    public async Task Publish_OtherEndpointsInTheEnvironment_AreUsed()
    {
        Google.Pool("identitynamespace:shop.svc.id.goog:https://test-container.googleapis.com/v1/projects/shop/locations/europe-west4/clusters/prod", "shop.svc.id.goog");
        Variables["GKE_WORKLOAD_IDENTITY_ENDPOINT"] = "https://test-container.googleapis.com/v1";
        Variables["GAIA_TOKEN_EXCHANGE_ENDPOINT"] = "https://sts.googleapis.com/v1/token";
        Variables["GCE_METADATA_HOST"] = Google.Metadata.Address.Authority;
        SetClass(User);
        await Publish();
        Assert.Equal("bob", Files()["user"]);
        Assert.DoesNotContain("https://securetoken.googleapis.com", Egress.Origins);
    }

    [Theory]
    [InlineData("identitynamespace:fleet.svc.id.goog:https://gkehub.googleapis.com/projects/fleet/locations/global/memberships/prod", "fleet.svc.id.goog")]
    [InlineData(Pool, Pool)]
    public async Task Publish_FileNamesAPool_IsThePodOfThatPool(string pool, string tokenAudience)
    {
        Google.Pool(pool, tokenAudience);
        Credentials(Federation(pool));
        SetClass(User);
        await Publish(audiences: [tokenAudience, "shop.svc.id.goog"]);
        Assert.Equal("bob", Files()["user"]);
        Assert.Contains("https://sts.googleapis.com", Egress.Origins); // token_url of the file
        Assert.Empty(Google.Metadata.Requests);
    }

    [Fact]
    public async Task Publish_NoPoolIsKnown_SaysWhereToNameOne()
    {
        Variables["GCE_METADATA_HOST"] = "localhost:1";
        SetClass(User);
        var publishing = PublishFails();
        await ThroughPauses(publishing);
        var failure = await publishing;
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("Where this is no GKE cluster, name the pool: in parameters.audience of the class, or for all classes in a file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_MachineOfNoCluster_SaysWhereToNameAPool()
    {
        Google.Metadata.Break(request => request.Path.Value!.EndsWith("cluster-location", StringComparison.Ordinal), StoreFaults.Status(404, "<html>"));
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("asking the metadata server for instance/attributes/cluster-location: HTTP 404. Where this is no GKE cluster", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_SomethingElseAnswersForTheMetadataServer_IsNotBelieved()
    {
        Google.Metadata.Break(StoreFaults.Status(200, "evil"), times: 10);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Contains("the answer makes no sense, expected Google's metadata server", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Google.Front.Requests);
    }

    [Theory]
    [InlineData("GAIA_TOKEN_EXCHANGE_ENDPOINT", "sts", "GAIA_TOKEN_EXCHANGE_ENDPOINT in the driver's environment is 'sts', expected a URL")]
    [InlineData("ALLOW_NODE_PUBLISH_SECRET", "maybe", "ALLOW_NODE_PUBLISH_SECRET in the driver's environment is 'maybe', expected true or false")]
    [InlineData("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/file.json", "the file /nowhere/file.json that GOOGLE_APPLICATION_CREDENTIALS names in the driver's environment cannot be read")]
    public async Task Publish_EnvironmentMakesNoSense_IsTold(string variable, string value, string part)
    {
        Variables[variable] = value;
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json", "is no JSON object of credentials")]
    [InlineData("null", "has the type '', expected service_account")]
    [InlineData("""{"type": "external_account"}""", "has no audience")]
    [InlineData("""{"type": "external_account", "audience": "x"}""", "has an audience that is 'x', expected //iam.googleapis.com/")]
    [InlineData("""{"type": "service_account", "client_email": "a@b", "private_key": "x"}""", "has a private_key that is no RSA key in PEM")]
    [InlineData("""{"type": "authorized_user", "client_id": "a", "client_secret": "b"}""", "has no refresh_token")]
    public async Task Publish_CredentialsMakeNoSense_IsToldWithoutThem(string content, string part)
    {
        Credentials(content);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NodeIdentities.Allowed, "false", "ALLOW_PROVIDER_ADC=false in the driver's environment")]
    [InlineData(NodeIdentities.Refused, "true", "--node-identities=refused among the driver's options")]
    public async Task Publish_DriversCredentials_AreNotLentWhereThatIsForbidden(NodeIdentities option, string variable, string by)
    {
        (NodeIdentities, Variables["ALLOW_PROVIDER_ADC"]) = (option, variable);
        Google.Machine("node@shop.iam.gserviceaccount.com");
        SetClass(User, ("auth", "provider-adc"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains($"parameters.auth is provider-adc: that is an identity of the node, and {by} keeps those from classes. Use pod-adc", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Google.Metadata.Requests);
        SetClass(User, ("auth", "pod-adc"));
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_DriversCredentials_AreThoseOfTheMachine()
    {
        Google.Machine("node@shop.iam.gserviceaccount.com");
        Google.AllowOnly("db", "serviceAccount:node@shop.iam.gserviceaccount.com");
        SetClass(User, ("auth", "provider-adc"));
        await Publish(audiences: []);
        Assert.Equal(("bob", 0), (Files()["user"], Google.Exchanges));
    }

    [Theory]
    [InlineData("service_account", $"serviceAccount:{Account}")]
    [InlineData("authorized_user", "user:me@example.com")]
    [InlineData("external_account", FederatedWeb)]
    [InlineData("external_account json", FederatedWeb)]
    [InlineData("external_account acting", $"serviceAccount:{Account}")]
    public async Task Publish_DriversCredentials_AreThoseOfItsFile(string type, string member)
    {
        Google.ServiceAccount(Account, FederatedWeb);
        Google.Pool(Pool);
        Google.AllowOnly("db", member);
        var token = Issuer.Issue(Pod(), Pool, Time.GetUtcNow());
        Credentials(type switch
        {
            "service_account" => Google.Key(Account),
            "authorized_user" => Google.User("me@example.com"),
            "external_account json" => Federation(Pool, new JsonObject { ["file"] = WriteFile("token", $$"""{"value": "{{token}}"}"""), ["format"] = new JsonObject { ["type"] = "json", ["subject_token_field_name"] = "value" } }),
            _ => Federation(Pool, new JsonObject { ["file"] = WriteFile("token", token + "\n") }, actsAs: type.EndsWith("acting", StringComparison.Ordinal)),
        });
        SetClass(User, ("auth", "provider-adc"));
        await Publish(audiences: []);
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_DriversFileIsReplaced_TheNewOneCounts()
    {
        Google.ServiceAccount(Account);
        Google.ServiceAccount("new@shop.iam.gserviceaccount.com");
        Credentials(Google.Key(Account));
        SetClass(User, ("auth", "provider-adc"));
        await Publish(audiences: []);
        Credentials(Google.Key("new@shop.iam.gserviceaccount.com"));
        Google.RevokeAll();
        Google.AllowOnly("db", "serviceAccount:new@shop.iam.gserviceaccount.com");
        await Publish(Pod("web-1"), audiences: []);
        Assert.Equal("bob", Files(Pod("web-1"))["user"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_KeyInASecret_CountsWhereAllowed(bool isAllowed)
    {
        Google.ServiceAccount(Account);
        Google.AllowOnly("db", isAllowed ? $"serviceAccount:{Account}" : Web);
        if (isAllowed)
            Variables["ALLOW_NODE_PUBLISH_SECRET"] = "true";
        SetClass(User);
        await Publish(secrets: Key(Google.Key(Account)));
        Assert.Equal(("bob", isAllowed ? 0 : 1), (Files()["user"], Google.Exchanges));
    }

    [Fact]
    public async Task Publish_SecretsAllowedAndNoneThere_IsThePod()
    {
        Variables["ALLOW_NODE_PUBLISH_SECRET"] = "true";
        SetClass(User);
        await Publish(secrets: ("other", "x"));
        Assert.Equal(("bob", 1), (Files()["user"], Google.Exchanges));
        var failure = await PublishFails(Pod("web-1"), audiences: ["vault"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
    }

    [Fact]
    public async Task Publish_TwoKeys_AreTwoLogins()
    {
        Variables["ALLOW_NODE_PUBLISH_SECRET"] = "true";
        Google.ServiceAccount(Account);
        Google.ServiceAccount("evil@shop.iam.gserviceaccount.com");
        Google.AllowOnly("db", $"serviceAccount:{Account}");
        SetClass(User);
        await Publish(secrets: Key(Google.Key(Account)));
        var failure = await PublishFails(Pod("web-1"), secrets: Key(Google.Key("evil@shop.iam.gserviceaccount.com")));
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
    }

    [Theory]
    [InlineData("pod-adc")]
    [InlineData("provider-adc")]
    public async Task Publish_KeyAndAuth_IsRefused(string auth)
    {
        Variables["ALLOW_NODE_PUBLISH_SECRET"] = "1";
        Google.ServiceAccount(Account);
        SetClass(User, ("auth", auth));
        var failure = await PublishFails(secrets: Key(Google.Key(Account)));
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains($"has key.json and parameters.auth is {auth}, expected one of the two", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token_uri", "https://evil.org/token", "has a token_uri that is not Google's")]
    [InlineData("token_uri", "http://oauth2.googleapis.com/token", "has a token_uri that is no https address")]
    [InlineData("type", "external_account", "has no audience")]
    [InlineData("type", "gdch_service_account", "has the type 'gdch_service_account'")]
    [InlineData("client_email", "", "has no client_email")]
    public async Task Publish_KeySpoilt_IsRefused(string field, string value, string part)
    {
        Variables["ALLOW_NODE_PUBLISH_SECRET"] = "true";
        Google.ServiceAccount(Account);
        var key = JsonNode.Parse(Google.Key(Account))!.AsObject();
        key[field] = value;
        SetClass(User);
        var failure = await PublishFails(secrets: Key(key.ToJsonString()));
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains($"key.json of the Secret in nodePublishSecretRef {part}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Google.Front.Requests);
    }

    [Fact]
    public async Task Publish_KeyThatNamesFilesOfTheNode_IsRefused() // such a file says what to read on the node, and to whom it is shown
    {
        Variables["ALLOW_NODE_PUBLISH_SECRET"] = "true";
        SetClass(User);
        var failure = await PublishFails(secrets: Key(Federation(Pool, new JsonObject { ["file"] = "/etc/shadow" })));
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("has the type 'external_account', expected service_account or authorized_user", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_KeyOfAnotherAccount_IsRefusedInGooglesWords()
    {
        Variables["ALLOW_NODE_PUBLISH_SECRET"] = "true";
        Google.ServiceAccount(Account);
        var key = Google.Key(Account);
        Google.ServiceAccount(Account); // anew, without that key
        SetClass(User);
        var failure = await PublishFails(secrets: Key(key));
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Assert.Contains($"oauth2.googleapis.com: login of {Account}: HTTP 400: invalid_grant: Invalid JWT Signature.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("projects/p/secrets/s/versions/1", "secretmanager.example.org")]
    [InlineData("projects/p/locations/r1/secrets/s/versions/1", "secretmanager.r1.rep.example.org")]
    [InlineData("projects/p/locations/global/parameters/s/versions/1", "parametermanager.example.org")]
    [InlineData("projects/p/locations/r1/parameters/s/versions/1", "parametermanager.r1.rep.example.org")]
    public void Host_OfAnotherUniverse_IsThere(string name, string host)
    {
        Assert.Null(GcpResource.Fault(name, out var resource));
        Assert.Equal(host, resource.Host("example.org"));
    }

    private void Credentials(string json) => Variables["GOOGLE_APPLICATION_CREDENTIALS"] = WriteFile("credentials.json", json);

    private static (string Name, string Value) Key(string json) => ("key.json", json);

    private static string Federation(string audience, JsonObject? source = null, bool actsAs = false)
    {
        var file = new JsonObject
        {
            ["type"] = "external_account",
            ["audience"] = audience,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = "https://sts.googleapis.com/v1/token",
            ["credential_source"] = source,
        };
        if (actsAs)
            file["service_account_impersonation_url"] = $"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{Account}:generateAccessToken";
        return file.ToJsonString();
    }
}
