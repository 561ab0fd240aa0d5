using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Aws;
using ActorCsi.Grains.Providers.Aws;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>Where services are asked: by the region's name, with FIPS and IPv6 where the driver is told so, or where its environment says.</summary>
public sealed class EndpointTests : AwsTest
{
    [Theory]
    [InlineData("eu-west-1", "secretsmanager", "", "https://secretsmanager.eu-west-1.amazonaws.com/")]
    [InlineData("eu-west-1", "secretsmanager", "FIPS", "https://secretsmanager-fips.eu-west-1.amazonaws.com/")]
    [InlineData("eu-west-1", "ssm", "DUALSTACK", "https://ssm.eu-west-1.api.aws/")]
    [InlineData("eu-west-1", "sts", "FIPS DUALSTACK", "https://sts-fips.eu-west-1.api.aws/")]
    [InlineData("us-gov-west-1", "sts", "FIPS", "https://sts.us-gov-west-1.amazonaws.com/")]
    [InlineData("cn-north-1", "ssm", "", "https://ssm.cn-north-1.amazonaws.com.cn/")]
    [InlineData("us-isob-east-1", "sts", "", "https://sts.us-isob-east-1.sc2s.sgov.gov/")]
    [InlineData("eusc-de-east-1", "secretsmanager", "", "https://secretsmanager.eusc-de-east-1.amazonaws.eu/")]
    public void Of_RegionAndOptions_IsTheVendorsName(string region, string service, string options, string address)
        => Assert.Equal(address, Endpoints([.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => ($"AWS_USE_{option}_ENDPOINT", "true"))]).Of(service, region).Address.AbsoluteUri);

    [Theory]
    [InlineData("sts", "https://sts.example.com/")]
    [InlineData("secretsmanager", "https://all.example.com/aws/")]
    [InlineData("ssm", "https://all.example.com/aws/")]
    public void Of_EnvironmentNamesIt_IsThat(string service, string address)
        => Assert.Equal(address, Endpoints(("AWS_ENDPOINT_URL_STS", "https://sts.example.com"), ("AWS_ENDPOINT_URL", "https://all.example.com/aws")).Of(service, "eu-west-1").Address.AbsoluteUri);

    [Fact]
    public void Of_EnvironmentIsToBeIgnored_IsTheVendorsName()
        => Assert.Equal("sts.eu-west-1.amazonaws.com", Endpoints(("AWS_ENDPOINT_URL_STS", "https://sts.example.com"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True")).Of("sts", "eu-west-1").Address.Host);

    [Fact]
    public void Of_EnvironmentMakesNoSense_SaysWhichVariable()
    {
        var failure = Assert.Throws<VolumeException>(() => Endpoints(("AWS_ENDPOINT_URL_SECRETS_MANAGER", "nonsense")).Of("secretsmanager", "eu-west-1"));
        Assert.Contains("AWS_ENDPOINT_URL_SECRETS_MANAGER in the driver's environment is 'nonsense', expected a URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Fips_IsAskedUnderThoseNames()
    {
        Variables["AWS_USE_FIPS_ENDPOINT"] = "true";
        SetClass(User);
        await Publish();
        Assert.Equal([$"https://secretsmanager-fips.{Region}.amazonaws.com", $"https://sts-fips.{Region}.amazonaws.com"], Egress.Origins);
    }

    [Fact]
    public async Task Publish_PrivateEndpoint_IsAskedThere()
    {
        Variables["AWS_ENDPOINT_URL"] = $"https://{AwsServer.Host("secretsmanager", OtherRegion)}";
        Variables["AWS_ENDPOINT_URL_STS"] = $"https://{AwsServer.Host("sts", OtherRegion)}";
        Aws.Put(OtherRegion, "user", "of Frankfurt");
        SetClass(User, ("region", OtherRegion));
        await Publish();
        Assert.Equal("of Frankfurt", Files()["user"]);
    }

    [Fact]
    public async Task Publish_BundleOfAuthoritiesFromTheEnvironment_IsTrusted()
    {
        TrustsAuthority = false;
        Variables["AWS_CA_BUNDLE"] = CaFile;
        SetClass(User);
        await Publish();
        Assert.Equal("bob", Files()["user"]);
    }

    [Fact]
    public async Task Publish_ServerOfAnotherAuthority_IsNotBelieved()
    {
        using var other = new TestAuthority();
        await using var impostor = await AwsServer.Start(Issuer, Time, other.Server(AwsServer.Names(Region)));
        foreach (var name in AwsServer.Names(Region))
            ConnectTo[$"{name}:443"] = impostor.Front.Address.Authority;
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("the server's certificate is not trusted", failure.Message, StringComparison.Ordinal);
        Assert.Empty(impostor.Front.Requests);
    }

    private static AwsEndpoints Endpoints(params (string Name, string Value)[] variables)
        => new(variables.ToDictionary(variable => variable.Name, variable => variable.Value).GetValueOrDefault);
}
