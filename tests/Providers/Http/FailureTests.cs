using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>What goes wrong on the way has a name and a reason that helps, and holds nothing secret.</summary>
public sealed class FailureTests : HttpTest
{
    [Theory]
    [InlineData(400, VolumeError.ProviderFailed)]
    [InlineData(401, VolumeError.TokenRefused)]
    [InlineData(403, VolumeError.ProviderDenies)]
    [InlineData(404, VolumeError.NotFound)]
    [InlineData(410, VolumeError.NotFound)]
    [InlineData(408, VolumeError.ProviderUnavailable)]
    [InlineData(429, VolumeError.ProviderThrottles)]
    [InlineData(500, VolumeError.ProviderUnavailable)]
    [InlineData(501, VolumeError.ProviderFailed)]
    [InlineData(503, VolumeError.ProviderUnavailable)]
    [InlineData(302, VolumeError.ProviderFailed)]
    public void ErrorOf_Status_IsOneOfTheClosedSet(int status, VolumeError error) => Assert.Equal(error, HttpFailures.ErrorOf(status));

    [Fact]
    public async Task Of_MessageThatQuotesTheToken_StrikesItOut()
    {
        Server.Break(StoreFaults.Status(429, "no to eyJhbGciOiJFUzI1NiJ9.secret for now", retryAfter: 30));
        using var answer = await Client().Send(Get(), CancellationToken.None).Soon();
        var failure = HttpFailures.Of("reading a from b", answer, answer.Body.ExposeText(), [Secret.FromText("eyJhbGciOiJFUzI1NiJ9.secret")], hint: "ask less");
        Assert.Equal("reading a from b: HTTP 429: no to [redacted] for now (ask less) It asks to be left alone for 30 s.", failure.Message);
    }

    [Fact]
    public async Task Send_NobodyListens_SaysSo()
    {
        var endpoint = Endpoint;
        await Server.DisposeAsync();
        var failure = await Assert.ThrowsAsync<VolumeException>(() => SendThroughTime(Client(endpoint), Post()).Soon());
        Assert.Equal((VolumeError.ProviderUnavailable, $"{endpoint.Origin} cannot be reached: Connection refused ({endpoint.Address.Authority})"), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Send_NoSuchHost_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<VolumeException>(() => SendThroughTime(Client(new HttpEndpoint(new Uri("https://nowhere.invalid/"))), Get()).Soon());
        Assert.Equal((VolumeError.ProviderUnavailable, "https://nowhere.invalid cannot be reached: there is no address for 'nowhere.invalid'"), (failure.Error, failure.Message));
    }

    [Theory]
    [InlineData(1 << 16)] // exactly what is allowed
    [InlineData((1 << 16) - 1)]
    public async Task Send_LongAnswer_IsWhole(int length)
    {
        Answer = context => context.Response.Body.WriteAsync(new byte[length]).AsTask();
        using var answer = await Client(options: new ProviderHttpOptions { LongestAnswer = 1 << 16 }).Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(length, answer.Body.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_AnswerTooLong_IsRefused(bool announced)
    {
        Answer = async context =>
        {
            if (announced)
                context.Response.ContentLength = (1 << 16) + 1;
            await context.Response.Body.WriteAsync(new byte[(1 << 16) + 1]);
        };
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Client(options: new ProviderHttpOptions { LongestAnswer = 1 << 16 }).Send(Get(), CancellationToken.None).Soon());
        Assert.Equal(VolumeError.Full, failure.Error);
    }

    [Theory]
    [InlineData("//elsewhere/secret")]
    [InlineData("https://elsewhere/secret")]
    [InlineData("../secret")]
    public async Task Send_PathThatLeadsAway_IsABug(string path)
    {
        var endpoint = Endpoint with { Address = new Uri(Server.Address, "v1/") };
        await Assert.ThrowsAsync<ArgumentException>(() => Client(endpoint).Send(Get(path), CancellationToken.None).Soon());
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Send_Redirect_IsNotFollowed()
    {
        await using var elsewhere = await StoreServer.Start(Answer, Authority.Server());
        Server.Break(context =>
        {
            context.Response.Headers.Location = elsewhere.Address.AbsoluteUri;
            return StoreFaults.Status(307)(context);
        });
        using var answer = await Client().Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(307, answer.Status);
        Assert.Empty(elsewhere.Requests);
    }

    [Theory]
    [InlineData("https://vault.example.com", "https://vault.example.com/")]
    [InlineData("https://vault.example.com:8200/team/", "https://vault.example.com:8200/team/")]
    [InlineData("http://10.0.0.1:8200/team", "http://10.0.0.1:8200/team/")]
    public void Fault_Address_IsRead(string text, string address)
    {
        Assert.Null(HttpEndpoint.Fault(text, out var read));
        Assert.Equal(address, read.AbsoluteUri);
    }

    [Theory]
    [InlineData("vault.example.com")]
    [InlineData("vault:8200")]
    [InlineData("unix:///run/vault.sock")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://")]
    [InlineData("https://user:password@vault.example.com")]
    [InlineData("https://vault.example.com/?a=b")]
    [InlineData("https://vault.example.com/#a")]
    public void Fault_NoAddress_IsTold(string text) => Assert.NotNull(HttpEndpoint.Fault(text, out _));
}
