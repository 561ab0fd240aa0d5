using System.Text;

namespace ActorCsi.Tests.Kubernetes;

/// <summary>How the client finds the API server and proves who it is, and how it follows when that changes.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<TestApi> InPod() => TestApi.Start((cluster, time) =>
    {
        cluster.WriteServiceAccount(_directory);
        return InCluster.Find(time, _directory.Path, cluster.Variable)!;
    });

    private static string LastUser(TestApi test) => test.Cluster.Requests[^1].User;

    [Fact]
    public async Task InCluster_TokenAuthorityAndNamespace_AreOfThePod()
    {
        await using var test = await InPod();
        test.AddSecret("x");

        await test.Get("x").Soon();

        Assert.Equal(FakeCluster.Driver, LastUser(test));
        Assert.Equal("kube-system", InCluster.Find(test.Time, _directory.Path, test.Cluster.Variable)!.Namespace);
    }

    [Theory]
    [InlineData("KUBERNETES_SERVICE_HOST")]
    [InlineData("KUBERNETES_SERVICE_PORT")]
    [InlineData("token")]
    public async Task InCluster_SomethingIsMissing_IsNoPod(string missing)
    {
        await using var test = await InPod();
        if (missing == "token")
            File.Delete(_directory["token"]);

        Assert.Null(InCluster.Find(test.Time, _directory.Path, name => name == missing ? null : test.Cluster.Variable(name)));
    }

    [Fact]
    public void InCluster_Ipv6_HasBrackets()
    {
        _directory.Write("token", "t");

        Assert.Equal("https://[fd00::1]:443/", InCluster.Find(TimeProvider.System, _directory.Path, name => name.EndsWith("HOST", StringComparison.Ordinal) ? "fd00::1" : "443")!.Server.OriginalString);
    }

    [Fact]
    public async Task Token_ReplacedInItsFile_IsUsedWithinAMinute()
    {
        await using var test = await InPod();
        test.AddSecret("x");
        test.Cluster.Accept("second", "the second");
        await test.Get("x").Soon();
        _directory.Write("token", "second");

        await test.Get("x").Soon();
        Assert.Equal(FakeCluster.Driver, LastUser(test)); // the file is not read for each call
        test.Time.Advance(TimeSpan.FromMinutes(1));
        await test.Get("x").Soon();

        Assert.Equal("the second", LastUser(test));
    }

    [Fact]
    public async Task Token_RefusedAndReplaced_IsReadAgainAtOnce()
    {
        await using var test = await InPod();
        test.AddSecret("x");
        await test.Get("x").Soon();
        test.Cluster.Revoke(FakeCluster.DriverToken);
        test.Cluster.Accept("second", "the second");
        _directory.Write("token", "second");

        await test.Get("x").Soon();

        Assert.Equal("the second", LastUser(test));
    }

    [Fact]
    public async Task Token_RefusedAndTheSame_IsUnauthorized()
    {
        await using var test = await InPod();
        test.Cluster.Revoke(FakeCluster.DriverToken);

        var failure = await test.GetFails();

        Assert.Equal(StatusReason.Unauthorized, failure.Reason);
        Assert.Single(test.Cluster.Requests);
        Assert.DoesNotContain(FakeCluster.DriverToken, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_FileGoesForAWhile_TheLastOneStands()
    {
        await using var test = await InPod();
        test.AddSecret("x");
        await test.Get("x").Soon();
        File.Delete(_directory["token"]);
        test.Time.Advance(TimeSpan.FromMinutes(2));

        await test.Get("x").Soon();
    }

    [Fact]
    public async Task Authority_Replaced_IsFollowedByNewConnections()
    {
        await using var test = await InPod();
        test.AddSecret("x");
        await test.Get("x").Soon();

        test.Cluster.RotateAuthority();
        _directory.Write("ca.crt", test.Cluster.AuthorityPem);
        test.Cluster.CutConnections();

        var call = test.Get("x");
        while (!call.IsCompleted && await Task.WhenAny(call, test.Time.WhenArmed(TimeSpan.FromMilliseconds(125))) != call) // a request may meet the cut
            test.Time.Advance(TimeSpan.FromMilliseconds(125));
        await call.Soon();
    }

    [Fact]
    public async Task Authority_Another_IsNotTalkedTo()
    {
        await using var test = await InPod();
        test.Cluster.RotateAuthority();

        var call = test.Get("x", new CallOptions { Timeout = TimeSpan.FromMilliseconds(1) });
        while (!call.IsCompleted)
        {
            await Task.WhenAny(call, test.Time.WhenArmed(1));
            test.Time.AdvanceToNextTimer();
        }

        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => call)).IsUnavailable);
        Assert.Empty(test.Cluster.Requests);
    }

    [Fact]
    public async Task BearerToken_OfTheCall_IsUsedInsteadOfTheClientsOwn()
    {
        await using var test = await InPod();
        test.AddSecret("x");
        test.Cluster.Accept("token-of-the-pod", "system:serviceaccount:default:app");
        var options = new CallOptions { BearerToken = "token-of-the-pod" };

        await test.Get("x", options).Soon();

        Assert.Equal("system:serviceaccount:default:app", LastUser(test));
        Assert.DoesNotContain("token-of-the-pod", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BearerToken_OfTheCallRefused_IsNotRetriedAsTheDriver()
    {
        await using var test = await InPod();
        test.AddSecret("x");

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => test.Get("x", new CallOptions { BearerToken = "forged" }).Soon());

        Assert.Equal(StatusReason.Unauthorized, failure.Reason);
        Assert.All(test.Cluster.Requests, request => Assert.Empty(request.User));
    }

    [Fact]
    public async Task KubeConfig_ClientCertificateInFiles_IsShown()
    {
        await using var test = await TestApi.Start((cluster, time) =>
        {
            var (certificate, key) = cluster.ClientCertificate("jane");
            _directory.Write("jane.crt", certificate);
            _directory.Write("jane.key", key);
            _directory.Write("ca.crt", cluster.AuthorityPem);
            return KubeConfig.Read(_directory.Write("config", $$"""
                current-context: c
                contexts: [{name: c, context: {cluster: k, user: jane, namespace: team} }]
                clusters: [{name: k, cluster: {server: "{{cluster.Address.GetLeftPart(UriPartial.Authority)}}", certificate-authority: ca.crt } }]
                users: [{name: jane, user: {client-certificate: jane.crt, client-key: jane.key } }]
                """), time);
        });
        test.AddSecret("x");

        await test.Get("x").Soon();

        Assert.Equal("jane", LastUser(test));
    }

    [Fact]
    public async Task KubeConfig_DataTokenFileAndInsecure_AreUsed()
    {
        await using var test = await TestApi.Start((cluster, time) =>
        {
            _directory.Write("token", FakeCluster.DriverToken);
            return KubeConfig.Read(_directory.Write("config", $$"""
                current-context: other
                contexts: [{name: c, context: {cluster: k, user: u, namespace: team} }]
                clusters: [{name: k, cluster: {server: "{{cluster.Address.GetLeftPart(UriPartial.Authority)}}", insecure-skip-tls-verify: true } }]
                users: [{name: u, user: {tokenFile: token } }]
                """), time, context: "c");
        });
        test.AddSecret("x");

        await test.Get("x").Soon();

        Assert.Equal(FakeCluster.Driver, LastUser(test));
    }

    public static TheoryData<string, string, string> SpoiledConfigs => new()
    {
        { "current-context: c", "x: y", "current-context is not set" },
        { "current-context: c", "current-context: d", "contexts has no entry 'd'" },
        { "cluster: k,", "", "context 'c' names no cluster" },
        { "cluster: k,", "cluster: l,", "clusters has no entry 'l'" },
        { "user: u}", "user: v}", "users has no entry 'v'" },
        { "server: https://10.0.0.1:6443", "other: x", "the cluster has no server" },
        { "server: https://10.0.0.1:6443", "server: 10.0.0.1", "server is no address" },
        { "token: t", "exec: {command: aws}", "come from a program (exec)" },
        { "token: t", "auth-provider: {name: gcp}", "come from a program (auth-provider)" },
        { "token: t", "username: admin", "user name and a password" },
        { "token: t", "token: t, as: jane", "acts as another (as)" },
        { "token: t", "token: t, as-groups: [system:masters]", "acts as another (as-groups)" },
        { "server: https://10.0.0.1:6443", "server: https://10.0.0.1:6443, proxy-url: ftp://proxy", "proxy-url is no address" },
        { "token: t", "client-certificate-data: QQ==", "certificate without its key" },
        { "token: t", "client-key-data: QQ==", "key without its certificate" },
        { "token: t", "client-key-data: '!'", "client-key-data is no base64" },
        { "token: t", "client-certificate: none.crt, client-key: none.key", "none.crt" },
        { "clusters: [", "clusters: {", "is no YAML that can be read" },
    };

    [Theory]
    [MemberData(nameof(SpoiledConfigs))]
    public void KubeConfig_OneThingIsWrong_SaysWhatAndWhere(string good, string bad, string told)
    {
        const string Config = """
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters: [{name: k, cluster: {server: https://10.0.0.1:6443}}]
            users: [{name: u, user: {token: t}}]
            """;
        Assert.Equal("https://10.0.0.1:6443/", KubeConfig.Read(_directory.Write("good", Config), TimeProvider.System).Server.OriginalString);
        var path = _directory.Write("config", Config.Replace(good, bad, StringComparison.Ordinal));

        var fault = Assert.Throws<KubeConfigException>(() => KubeConfig.Read(path, TimeProvider.System));

        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>As in KUBECONFIG=a:b, which kubectl merges.</summary>
    [Fact]
    public void KubeConfig_SeveralFiles_SaysThatOneIsWanted()
        => Assert.Contains("only one", Assert.Throws<KubeConfigException>(() => KubeConfig.Read($"{_directory["a"]}:{_directory["b"]}", TimeProvider.System)).Message, StringComparison.Ordinal);

    /// <summary>What doctor does with the driver's kubeconfig when the driver lives in a container.</summary>
    [Fact]
    public async Task KubeConfig_OfAnotherContainer_ItsFilesAreFoundThere()
    {
        await using var test = await TestApi.Start((cluster, time) =>
        {
            Directory.CreateDirectory(_directory["etc"]);
            _directory.Write("etc/token", FakeCluster.DriverToken);
            _directory.Write("etc/ca.crt", cluster.AuthorityPem);
            _directory.Write("etc/config", $$"""
                current-context: c
                contexts: [{name: c, context: {cluster: k, user: u} }]
                clusters: [{name: k, cluster: {server: "{{cluster.Address.GetLeftPart(UriPartial.Authority)}}", certificate-authority: /etc/ca.crt } }]
                users: [{name: u, user: {tokenFile: token } }]
                """);
            return KubeConfig.Read("/etc/config", time, at: path => _directory.Path + path);
        });
        test.AddSecret("x");

        await test.Get("x").Soon();

        Assert.Equal(FakeCluster.Driver, LastUser(test));
    }

    [Fact]
    public void KubeConfig_NoFile_SaysSo()
        => Assert.Contains("nowhere", Assert.Throws<KubeConfigException>(() => KubeConfig.Read(_directory["nowhere"], TimeProvider.System)).Message, StringComparison.Ordinal);

    [Fact]
    public void KubeConfig_KeyThatIsNone_IsNotQuoted()
    {
        var data = Convert.ToBase64String(Encoding.ASCII.GetBytes("very secret, but no key"));
        var path = _directory.Write("config", $$"""
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u} }]
            clusters: [{name: k, cluster: {server: https://10.0.0.1:6443} }]
            users: [{name: u, user: {client-certificate-data: {{data}}, client-key-data: {{data}} } }]
            """);

        var fault = Assert.Throws<KubeConfigException>(() => KubeConfig.Read(path, TimeProvider.System));

        Assert.DoesNotContain("very secret", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(data, fault.ToString(), StringComparison.Ordinal);
    }
}
