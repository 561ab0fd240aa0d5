using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>Two certificates in one volume: each source has a request and a key of its own.</summary>
public sealed class SourcesTests : IssuanceTest
{
    public SourcesTests() => SetClass("sources", ("sources", Sources("server", "client")));

    [Fact]
    public async Task Publish_TwoSources_EachKeyHasItsCertificate()
    {
        await Publish();
        using var server = X509Certificate2.CreateFromPem(Files()["server/tls.crt"], Files()["server/tls.key"]);
        using var client = X509Certificate2.CreateFromPem(Files()["client/tls.crt"], Files()["client/tls.key"]);
        Assert.Equal(("CN=server", "CN=client", 2), (server.Subject, client.Subject, Signers.Requests.Count));
        Assert.NotEqual(Files()["server/tls.key"], Files()["client/tls.key"]);
    }

    [Fact]
    public async Task Refresh_TwoSources_EachGetsANewPair()
    {
        await Publish();
        var before = (Files()["server/tls.crt"], Files()["client/tls.crt"]);
        await Refresh();
        var after = (Files()["server/tls.crt"], Files()["client/tls.crt"]);
        Assert.NotEqual(before.Item1, after.Item1);
        Assert.NotEqual(before.Item2, after.Item2);
        X509Certificate2.CreateFromPem(after.Item1, Files()["server/tls.key"]).Dispose();
        X509Certificate2.CreateFromPem(after.Item2, Files()["client/tls.key"]).Dispose();
    }

    private static string Sources(params string[] names) => string.Join('\n', names.Select(
        name => $"- {{provider: cert-manager, name: {name}, directory: {name}, parameters: {{issuerName: ca, keyAlgorithm: ECDSA, commonName: {name}}}}}"));
}
