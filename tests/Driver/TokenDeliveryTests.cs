namespace ActorCsi.Tests.Driver;

/// <summary>Tokens are found where KEP-5538 and KEP-1855 put them, in that order, and are handed on unread.</summary>
public class TokenDeliveryTests
{
    private const string TokensKey = "csi.storage.k8s.io/serviceAccount.tokens";

    [Theory]
    [InlineData("in secrets", null, TokenSource.Secrets, "in secrets")]
    [InlineData(null, "in context", TokenSource.VolumeContext, "in context")]
    [InlineData("in secrets", "in context", TokenSource.Secrets, "in secrets")]
    [InlineData("", "in context", TokenSource.VolumeContext, "in context")]
    [InlineData("", "", TokenSource.None, null)]
    [InlineData(null, null, TokenSource.None, null)]
    [InlineData("{ not JSON", null, TokenSource.Secrets, "{ not JSON")] // the volume's business: only it knows whether content is in place
    public async Task Publish_TokensHereOrThere_ArriveUnread(string? inSecrets, string? inContext, TokenSource source, string? arrives)
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        request.Secrets.Clear();
        if (inSecrets is not null)
            request.Secrets[TokensKey] = inSecrets;
        if (inContext is not null)
            request.VolumeContext[TokensKey] = inContext;

        await driver.Call(node => node.NodePublishVolumeAsync(request));

        var publish = Assert.Single(driver.Volumes.Publishes);
        Assert.Equal(source, publish.TokenSource);
        Assert.Equal(arrives, publish.Tokens?.ExposeText());
        Assert.Null(publish.Spec.Attributes[TokensKey]);
    }

    [Theory]
    [InlineData("csi.cert-manager.io/pkcs12-password", true)]
    [InlineData("csi.cert-manager.io/pkcs12Password", true)]
    [InlineData("csi.cert-manager.io/pkcs12-filename", false)]
    [InlineData("password", false)] // a plugin's business
    public async Task Publish_SecretAttribute_ArrivesAmongTheSecrets(string attribute, bool isSecret)
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        request.VolumeContext[attribute] = "s3cret";
        request.Secrets["zone"] = "a";

        await driver.Call(node => node.NodePublishVolumeAsync(request));

        var publish = Assert.Single(driver.Volumes.Publishes);
        Assert.Equal(isSecret ? "[redacted]" : "s3cret", publish.Spec.Attributes[attribute]);
        Assert.Equal(
            isSecret ? [(attribute, "s3cret"), ("zone", "a")] : [("zone", "a")],
            publish.NodePublishSecrets.Select(secret => (secret.Name, secret.Value.ExposeText())));
    }

    [Fact]
    public async Task Publish_NodePublishSecret_ArrivesSortedWithoutTheTokens()
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        request.Secrets["username"] = "alice";
        request.Secrets["password"] = "s3cret";

        await driver.Call(node => node.NodePublishVolumeAsync(request));

        Assert.Equal(
            [("password", "s3cret"), ("username", "alice")],
            Assert.Single(driver.Volumes.Publishes).NodePublishSecrets.Select(secret => (secret.Name, secret.Value.ExposeText())));
    }
}
