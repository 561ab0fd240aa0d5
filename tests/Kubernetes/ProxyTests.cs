namespace ActorCsi.Tests.Kubernetes;

/// <summary>Whether a proxy stands between the client and the API server, and that it sees nothing when it does.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("https://api.example.org:6443/", "HTTPS_PROXY=http://proxy:3128", "http://proxy:3128/")]
    [InlineData("https://api.example.org:6443/", "https_proxy=proxy:3128", "http://proxy:3128/")]
    [InlineData("http://api.example.org:6443/", "HTTPS_PROXY=http://proxy:3128", null)]
    [InlineData("http://api.example.org:6443/", "HTTP_PROXY=http://proxy:3128", "http://proxy:3128/")]
    [InlineData("https://127.0.0.1:6443/", "HTTPS_PROXY=http://proxy:3128", null)]
    [InlineData("https://localhost:6443/", "HTTPS_PROXY=http://proxy:3128", null)]
    [InlineData("https://api.example.org/", "HTTPS_PROXY=proxy:1 NO_PROXY=*", null)]
    [InlineData("https://api.example.org/", "HTTPS_PROXY=proxy:1 NO_PROXY=other.org,,example.org", null)]
    [InlineData("https://api.example.org/", "HTTPS_PROXY=proxy:1 no_proxy=.example.org", null)]
    [InlineData("https://api.example.org/", "HTTPS_PROXY=proxy:1 NO_PROXY=*.example.org", null)]
    [InlineData("https://example.org/", "HTTPS_PROXY=proxy:1 NO_PROXY=.example.org", "http://proxy:1/")]
    [InlineData("https://another-example.org/", "HTTPS_PROXY=proxy:1 NO_PROXY=example.org", "http://proxy:1/")]
    [InlineData("https://api.example.org:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=example.org:6443", null)]
    [InlineData("https://api.example.org:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=example.org:443", "http://proxy:1/")]
    [InlineData("https://10.0.3.4:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=10.0.0.0/16", null)]
    [InlineData("https://10.1.3.4:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=10.0.0.0/16", "http://proxy:1/")]
    [InlineData("https://10.0.3.4:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=10.0.3.4", null)]
    [InlineData("https://[fd00::1]:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=fd00::/8", null)]
    [InlineData("https://[fd00::1]:6443/", "HTTPS_PROXY=proxy:1 NO_PROXY=[fd00::1]:6443", null)]
    [InlineData("https://api.example.org/", "NO_PROXY=example.com", null)]
    public void Environment_Names_AreThoseOfKubectl(string server, string environment, string? proxy)
    {
        var variables = environment.Split(' ').Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var config = _directory.Write("config", $$"""
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u} }]
            clusters: [{name: k, cluster: {server: "{{server}}" } }]
            users: [{name: u, user: {token: t} }]
            """);

        Assert.Equal(proxy, KubeConfig.Read(config, TimeProvider.System, variable: variables.GetValueOrDefault).Proxy?.AbsoluteUri);
    }

    /// <summary>A pod's own cluster is never behind the proxy that its environment names for the world outside.</summary>
    [Fact]
    public void InCluster_ProxyInTheEnvironment_IsNotForTheClustersServer()
    {
        _directory.Write("token", "t");

        Assert.Null(InCluster.Find(TimeProvider.System, _directory.Path, name => name switch { "KUBERNETES_SERVICE_HOST" => "10.96.0.1", "KUBERNETES_SERVICE_PORT" => "443", _ => "http://proxy:1" })!.Proxy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("jane:s3%20cret@")]
    public async Task ProxyUrl_Named_EveryCallGoesThroughItsTunnel(string login)
    {
        await using var proxy = new TunnelProxy(login.Length == 0 ? null : "jane:s3 cret");
        await using var test = await TestApi.Start((cluster, time) => KubeConfig.Read(
            _directory.Write("config", cluster.KubeConfig().Replace("    server:", $"    proxy-url: http://{login}{proxy.Address}\n    server:", StringComparison.Ordinal)), time));
        test.AddSecret("x");

        await test.Get("x").Soon();

        Assert.Equal(test.Cluster.Address.Authority, Assert.Single(proxy.Tunnels));
    }
}
