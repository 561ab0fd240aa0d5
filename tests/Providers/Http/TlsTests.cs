using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>A server is believed when its certificate has the right name and comes from the right authority, and connections are kept.</summary>
public sealed class TlsTests : HttpTest
{
    [Fact]
    public async Task Send_ManyCalls_OneConnectionWithHttp2()
    {
        var client = Client();
        for (var i = 0; i < 5; i++)
            (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
        Assert.Equal(["HTTP/2"], Server.Requests.Select(request => request.Protocol).Distinct());
        Assert.Single(Server.Requests.Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task Send_PlainHttp_Works()
    {
        await using var plain = await StoreServer.Start(Answer);
        using var answer = await Client(new HttpEndpoint(plain.Address)).Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Send_AuthorityUnknown_SaysHowToMendIt()
    {
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Client(new HttpEndpoint(Server.Address)).Send(Get(), CancellationToken.None).Soon());
        Assert.Equal(VolumeError.ProviderUnavailable, failure.Error);
        Assert.Contains("the server's certificate is not trusted", failure.Message, StringComparison.Ordinal);
        Assert.Contains("name that authority's file in the class", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Send_OtherAuthority_IsRefused()
    {
        using var other = new TestAuthority("Other authority");
        await File.WriteAllTextAsync(CaFile, other.Pem);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Client().Send(Get(), CancellationToken.None).Soon());
        Assert.Contains($"it must come from an authority in {CaFile}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Send_CertificateOfAnotherName_IsRefusedWithTheNames()
    {
        await using var server = await StoreServer.Start(Answer, Authority.Server("vault.example.com"));
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Client(Endpoint with { Address = server.Address }).Send(Get(), CancellationToken.None).Soon());
        Assert.Contains("the server's certificate is for 'vault.example.com'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_CertificateOfAClient_IsRefused() // Kestrel will not serve with one, so there is no server to ask
    {
        var trust = new ServerTrust(CaFile, null);
        trust.Current();
        using var server = Authority.Server("localhost");
        using var client = Authority.Client("localhost");
        Assert.True(trust.Check(this, server, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.Throws<AuthenticationException>(() => trust.Check(this, client, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public async Task Send_ServerName_IsWhatTheCertificateMustHave()
    {
        await using var server = await StoreServer.Start(Answer, Authority.Server("vault.example.com"));
        using var answer = await Client(Endpoint with { Address = server.Address, ServerName = "vault.example.com" }).Send(Get(), CancellationToken.None).Soon();
        Assert.Equal("vault.example.com", Assert.Single(server.Requests).Host);
    }

    [Fact]
    public async Task Send_SkipsVerification_WorksWithAWarning()
    {
        using var answer = await Client(new HttpEndpoint(Server.Address) { SkipsVerification = true }).Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(200, answer.Status);
        Assert.Contains(Lines.All, line => line.Contains("turns off the check", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_CaDirectory_AllItsFilesCount()
    {
        using var other = new TestAuthority("Other authority");
        var directory = Directory.CreateDirectory(Path.Combine(Files.Path, "authorities")).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "a.pem"), other.Pem);
        await File.WriteAllTextAsync(Path.Combine(directory, "b.pem"), Authority.Pem);
        using var answer = await Client(new HttpEndpoint(Server.Address) { CaDirectory = directory }).Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Send_CaOfTheOptions_CountsWhereTheClassNamesNone()
    {
        using var answer = await Client(new HttpEndpoint(Server.Address), new ProviderHttpOptions { CaFile = CaFile }).Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Send_CaFileReplaced_CountsFromTheNextCall()
    {
        using var other = new TestAuthority("Other authority");
        var client = Client();
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();

        await File.WriteAllTextAsync(CaFile, other.Pem);
        await Assert.ThrowsAsync<VolumeException>(() => client.Send(Get(), CancellationToken.None).Soon()); // the connection that was kept, too

        await File.WriteAllTextAsync(CaFile, Authority.Pem);
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
    }

    [Fact]
    public async Task Send_CaFileSpoiled_TheLastGoodOneStays()
    {
        var client = Client();
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
        await File.WriteAllTextAsync(CaFile, "half a cert");
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no certificate")]
    public async Task Send_NoCaFile_SaysSo(string? content)
    {
        File.Delete(CaFile);
        if (content is not null)
            await File.WriteAllTextAsync(CaFile, content);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Client().Send(Get(), CancellationToken.None).Soon());
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.StartsWith($"the CA certificates in {CaFile} cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ClientCertificate_IsShownAndReadAgainWhenItChanges()
    {
        var shown = new List<string>();
        await using var server = await StoreServer.Start(Answer, Authority.Server(), client =>
        {
            lock (shown)
                shown.Add(client.Subject);
            return true;
        });
        var client = Client(Endpoint with { Address = server.Address, ClientCertificateFile = Write("one"), ClientKeyFile = Path.Combine(Files.Path, "client.key") });
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
        Write("two");
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
        Assert.Equal(["CN=one", "CN=two"], shown);
    }

    [Fact]
    public async Task Send_ConnectTo_KeepsTheNames()
    {
        await using var server = await StoreServer.Start(Answer, Authority.Server("sts.googleapis.com"));
        var options = new ProviderHttpOptions { CaFile = CaFile, ConnectTo = new Dictionary<string, string> { ["sts.googleapis.com:443"] = $"127.0.0.1:{server.Address.Port}" } };
        using var answer = await Client(new HttpEndpoint(new Uri("https://sts.googleapis.com/")), options).Send(Get("v1/token"), CancellationToken.None).Soon();
        var request = Assert.Single(server.Requests);
        Assert.Equal(("sts.googleapis.com", "/v1/token"), (request.Host, request.Path));
    }

    [Fact]
    public async Task Observe_SeesWhatGoesWhere()
    {
        var egress = new EgressRecorder();
        using var answer = await Client(options: new ProviderHttpOptions { Observe = egress.Observe })
            .Send(Post() with { Body = "the token"u8.ToArray(), Headers = [new("X-Vault-Token", "hvs.abc")] }, CancellationToken.None).Soon();
        Assert.Equal([Endpoint.Origin], egress.OriginsThatSaw("the token"));
        Assert.Equal([Endpoint.Origin], egress.OriginsThatSaw("hvs.abc"));
        Assert.Empty(egress.OriginsThatSaw("another"));
    }

    private string Write(string name)
    {
        using var certificate = Authority.Client(name);
        File.WriteAllText(Path.Combine(Files.Path, "client.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(Files.Path, "client.pem"), certificate.ExportCertificatePem());
        return Path.Combine(Files.Path, "client.pem");
    }
}
