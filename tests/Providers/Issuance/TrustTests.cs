using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>What pods trust follows whoever keeps it; the certificate of a pod and its key have nothing to do with that, and stay.</summary>
public sealed class TrustTests : IssuanceTest
{
    private static readonly string[] Roots = [.. Enumerable.Range(0, 3).Select(NewRoot)];

    [Fact]
    public async Task File_Changes_IsShownWithTheSameCertificateAndKey()
    {
        await PublishWithFile();
        var (before, due, asked) = (Files(), (await Status()).RefreshAt, Api.Requests.Count);
        WriteFile("roots.pem", Roots[1]);
        await ShowsRoots(Roots[1]);
        Assert.Equal((before["tls.crt"], before["tls.key"]), (Files()["tls.crt"], Files()["tls.key"]));
        Assert.Equal((due, asked), ((await Status()).RefreshAt, Api.Requests.Count)); // renewed when it would have been, and nobody was asked
    }

    [Fact]
    public async Task File_ChangesAgainAndAgain_TheCertificateIsStillRenewedInTime()
    {
        await PublishWithFile();
        var before = Files()["tls.crt"];
        for (var i = 1; i < 3; i++)
        {
            WriteFile("roots.pem", Roots[i]);
            await ShowsRoots(Roots[i]);
        }
        Assert.Equal(before, Files()["tls.crt"]);
        Time.Advance((await Status()).RefreshAt!.Value - Time.GetUtcNow());
        await Until(() => Files()["tls.crt"] != before);
        Assert.Equal(Roots[2], Files()["ca.crt"]);
        Pair().Dispose();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 15)]
    [InlineData(0.9, 27)]
    public async Task File_Changes_EachVolumeShowsItAtATimeOfItsOwn(double chance, int seconds)
    {
        Chance = chance;
        await PublishWithFile();
        WriteFile("roots.pem", Roots[1]);
        Time.Advance(TimeSpan.FromSeconds(2)); // the look
        var since = Time.GetUtcNow();
        await Until(async () => Files()["ca.crt"] == Roots[1] || (await Status()).RefreshCause is RefreshCause.Provider);
        if (chance > 0)
            Assert.Equal(since.AddSeconds(seconds), (await Status()).RefreshAt);
    }

    [Fact]
    public async Task File_ChangesWhileThereIsNoDriver_IsShownAfterTheRestart()
    {
        IsDurable = true;
        KeepsSecrets = false; // the key is nowhere but where the pod reads it
        await PublishWithFile();
        var (before, asked) = (Files(), Api.Requests.Count);
        await Crash();
        WriteFile("roots.pem", Roots[1]);
        await Restart();
        await Publish(); // which brings the token that is not on disk
        await ShowsRoots(Roots[1]);
        Assert.Equal((before["tls.crt"], before["tls.key"], asked), (Files()["tls.crt"], Files()["tls.key"], Api.Requests.Count));
    }

    [Fact]
    public async Task File_CannotBeUsed_TheLastGoodOneStays()
    {
        await PublishWithFile();
        WriteFile("roots.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        await Until(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(2));
            return Lines.All.Any(line => line.Contains("certificates to trust are refused", StringComparison.Ordinal) && line.Contains("the last good ones stay in force", StringComparison.Ordinal));
        });
        await Refresh();
        Assert.Equal(Roots[0], Files()["ca.crt"]);
    }

    [Fact]
    public async Task File_IsNotThere_SaysSo()
    {
        SpiffeTrusted = FilePath("roots.pem");
        SetClass("spiffe", ("issuerName", "ca"));
        var fault = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, fault.Error);
        Assert.Contains("the certificates to trust cannot be used", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Signers.Requests);
    }

    [Fact]
    public async Task Refresh_OnDemandWithOtherRoots_RenewsTheCertificateToo()
    {
        await PublishWithFile();
        var before = Files()["tls.crt"];
        WriteFile("roots.pem", Roots[1]);
        await Refresh();
        Assert.NotEqual(before, Files()["tls.crt"]);
        Assert.Equal(Roots[1], Files()["ca.crt"]);
    }

    [Fact]
    public async Task Refresh_PairInPlaceIsNone_IsRenewed()
    {
        await PublishWithFile();
        var mount = Kernel.Mounts.Values.Single();
        mount.Files = mount.Files.SetItem("tls.key", "somebody's");
        WriteFile("roots.pem", Roots[1]);
        await ShowsRoots(Roots[1]);
        Pair().Dispose();
        Assert.Equal(2, Asked("create"));
    }

    [Fact]
    public async Task File_OfASource_IsShownBesideTheOthers()
    {
        SpiffeTrusted = WriteFile("roots.pem", Roots[0]);
        SetClass("sources", ("sources", "- {provider: spiffe, directory: svid, parameters: {issuerName: ca}}\n- {provider: cert-manager, directory: web, parameters: {issuerName: ca, keyAlgorithm: ECDSA}}"));
        await Publish();
        var (before, asked) = (Files(), Api.Requests.Count);
        WriteFile("roots.pem", Roots[1]);
        await ShowsRoots(Roots[1], "svid/ca.crt");
        Assert.Equal(before.Remove("svid/ca.crt"), Files().Remove("svid/ca.crt"));
        Assert.Equal(asked, Api.Requests.Count);
    }

    [Fact]
    public async Task Bundle_OfTheSigner_IsShownAndFollowed()
    {
        AddBundle("example.com:web:b", Roots[1], "example.com/web", ("app", "shop"));
        AddBundle("example.com:web:a", Roots[0], "example.com/web", ("app", "shop"));
        AddBundle("example.com:web:c", Roots[2], "example.com/web", ("app", "other"));
        AddBundle("another", Roots[2], "");
        SetClass("kubernetes", ("signerName", FakeIssuer.Signer), ("clusterTrustBundleSigner", FakeIssuer.Signer), ("clusterTrustBundleLabels", "app=shop"));
        await Publish();
        var before = Files();
        Assert.Equal(Roots[0] + Roots[1], before["ca.crt"]);

        Api.Remove("clustertrustbundles", "", "example.com:web:a");
        await ShowsRoots(Roots[1]);
        Assert.Equal((before["tls.crt"], before["tls.key"]), (Files()["tls.crt"], Files()["tls.key"]));
        Assert.Equal(1, Asked("create", "certificatesigningrequests"));
    }

    [Fact]
    public async Task Bundle_OfAName_IsShownToSpiffeToo()
    {
        AddBundle("roots", Roots[0], "");
        SpiffeTrusted = WriteFile("roots.pem", Roots[2]); // the class's own word comes first
        SetClass("spiffe", ("issuerName", "ca"), ("clusterTrustBundle", "roots"));
        await Publish();
        Assert.Equal(Roots[0], Files()["ca.crt"]);
    }

    [Fact]
    public async Task Bundle_FollowedAgainAfterARestart()
    {
        IsDurable = true;
        AddBundle("roots", Roots[0], "");
        SetClass("kubernetes", ("signerName", FakeIssuer.Signer), ("clusterTrustBundle", "roots"));
        await Publish();
        await Crash();
        Api.Remove("clustertrustbundles", "", "roots");
        AddBundle("roots", Roots[1], "");
        await Restart();
        await ShowsRoots(Roots[1]);
        Assert.Equal(1, Asked("create", "certificatesigningrequests"));
    }

    [Fact]
    public async Task Bundle_IsNotThere_SaysSo()
    {
        SetClass("kubernetes", ("signerName", FakeIssuer.Signer), ("clusterTrustBundle", "roots"));
        var fault = await PublishFails();
        Assert.Equal(VolumeError.NotFound, fault.Error);
        Assert.Contains("ClusterTrustBundle roots: there is none", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Signers.Requests);
    }

    [Fact]
    public async Task Bundle_ClusterServesNone_SaysSo()
    {
        Api.Always(Fault.Answers(404, "NotFound"), request => request.Resource == "clustertrustbundles");
        SetClass("kubernetes", ("signerName", FakeIssuer.Signer), ("clusterTrustBundle", "roots"));
        var fault = await PublishFails();
        Assert.Equal(VolumeError.ClusterUnavailable, fault.Error);
        Assert.Contains("does this cluster serve clustertrustbundles.certificates.k8s.io of v1beta1?", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clusterTrustBundle", "parameters.clusterTrustBundle is given beside trustedCertificates, expected one of them")]
    [InlineData("clusterTrustBundleLabels", "parameters.clusterTrustBundleLabels is given without clusterTrustBundleSigner")]
    public async Task Class_SaysItTwiceOrByHalf_IsNamed(string parameter, string expected)
    {
        SetClass("kubernetes", ("signerName", FakeIssuer.Signer), ("trustedCertificates", Roots[0]), (parameter, "app=shop"));
        Assert.Contains(expected, (await PublishFails()).Message, StringComparison.Ordinal);
    }

    private async Task PublishWithFile()
    {
        SpiffeTrusted = WriteFile("roots.pem", Roots[0]);
        SetClass("spiffe", ("issuerName", "ca"));
        await Publish();
        Assert.Equal(Roots[0], Files()["ca.crt"]);
    }

    /// <summary>Completes when the pod sees these roots. The clock moves to the times of the look and of the refresh, and not while a fetch is on its way.</summary>
    private async Task ShowsRoots(string roots, string file = "ca.crt")
    {
        Time.Advance(TimeSpan.FromSeconds(2));
        await Until(async () => Files()[file] == roots || (await Status()).RefreshCause is RefreshCause.Provider);
        if ((await Status()) is { RefreshCause: RefreshCause.Provider, RefreshAt: { } due } && due > Time.GetUtcNow())
            Time.Advance(due - Time.GetUtcNow());
        await Until(() => Files()[file] == roots);
    }

    private void AddBundle(string name, string pem, string signer, params (string Name, string Value)[] labels) => Api.Add(new JsonObject
    {
        ["apiVersion"] = "certificates.k8s.io/v1beta1",
        ["kind"] = "ClusterTrustBundle",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject(labels.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)one.Value))) },
        ["spec"] = new JsonObject { ["signerName"] = signer, ["trustBundle"] = pem },
    }.ToJsonString());

    private static string NewRoot(int number)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = new CertificateRequest($"CN=root {number}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return root.ExportCertificatePem() + "\n";
    }
}
