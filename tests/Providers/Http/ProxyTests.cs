using System.Net;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>The proxy of the driver's environment stands between it and the stores that NO_PROXY does not name, and sees nothing of what is sent.</summary>
public sealed class ProxyTests : HttpTest
{
    private const string Store = "vault.example.com";
    private const string Nobody = "http://127.0.0.1:1";

    [Theory]
    [InlineData("HTTPS_PROXY", "")]
    [InlineData("https_proxy", "jane:s3%20cret@")]
    [InlineData("ALL_PROXY", "")]
    public async Task Send_ProxyInTheEnvironment_GetsTheTunnelAndSeesNothing(string variable, string login)
    {
        await using var store = await StoreServer.Start(Answer, Authority.Server(Store));
        await using var proxy = new TunnelProxy(login.Length == 0 ? null : "jane:s3 cret", new IPEndPoint(IPAddress.Loopback, store.Address.Port));
        var client = Client(Endpoint with { Address = new Uri($"https://{Store}:8200/") }, Options((variable, $"http://{login}{proxy.Address}")));

        using var answer = await client.Send(Get(), CancellationToken.None).Soon();

        Assert.Equal((200, "HTTP/2", $"{Store}:8200"), (answer.Status, Assert.Single(store.Requests).Protocol, Assert.Single(proxy.Tunnels)));
    }

    [Theory]
    [InlineData("http://10.1.2.3:8200/", "10.0.0.0/8")]
    [InlineData("http://vault.vault.svc:8200/", ".svc,10.0.0.0/8")]
    [InlineData("http://localhost:8200/", "")]
    public async Task Send_NoProxyNamesIt_GoesThereDirectly(string address, string noProxy)
    {
        await using var store = await StoreServer.Start(Answer);
        var endpoint = new HttpEndpoint(new Uri(address));
        var options = Options(("HTTP_PROXY", Nobody), ("NO_PROXY", noProxy)) with
        {
            ConnectTo = new Dictionary<string, string> { [endpoint.Address.Authority] = $"127.0.0.1:{store.Address.Port}" },
        };

        using var answer = await Client(endpoint, options).Send(Get(), CancellationToken.None).Soon();

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Send_NoProxyNamesAnotherNetwork_GoesToTheProxy()
    {
        var client = Client(new HttpEndpoint(new Uri("https://192.168.2.3:8200/")), Options(("HTTPS_PROXY", Nobody), ("NO_PROXY", "10.0.0.0/8")));

        var failure = await Assert.ThrowsAsync<VolumeException>(() => SendThroughTime(client, Get()).Soon());

        Assert.Equal((VolumeError.ProviderUnavailable, "https://192.168.2.3:8200 cannot be reached: Connection refused (127.0.0.1:1)"), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Send_ServerOfThisNode_IsNeverAskedThroughAProxy()
    {
        await using var agent = await StoreServer.Start(Answer);
        var endpoint = new HttpEndpoint(new Uri("http://169.254.170.23/")) { IsOnThisNode = true };
        var options = Options(("HTTP_PROXY", Nobody)) with { ConnectTo = new Dictionary<string, string> { ["169.254.170.23:80"] = $"127.0.0.1:{agent.Address.Port}" } };

        using var answer = await Client(endpoint, options).Send(Get(), CancellationToken.None).Soon();

        Assert.Equal(200, answer.Status);
    }

    private static ProviderHttpOptions Options(params (string Name, string Value)[] environment)
        => new() { Proxy = new EnvironmentProxy(environment.ToDictionary(variable => variable.Name, variable => variable.Value).GetValueOrDefault) };
}
