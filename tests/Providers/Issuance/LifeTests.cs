using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>From request to renewal: what is decided is followed, what is not is waited for, and a key never stands beside another's certificate.</summary>
public sealed class LifeTests : IssuanceTest
{
    public LifeTests() => SetAttributes(("duration", "1h"));

    [Fact]
    public async Task Publish_HundredPodsInOneSecond_EachHasItsOwnPairAndItsOwnTimeOfRenewal()
    {
        PodIdentity[] pods = [.. Enumerable.Range(0, 100).Select(number => Pod($"web-{number}"))];
        await Publish(pods[0]); // starts the driver
        await Task.WhenAll(pods.Skip(1).Select(pod => Publish(pod)));
        Assert.Equal(100, pods.Select(pod => Files(pod)["tls.key"]).Distinct().Count());
        Assert.Equal((100, 100), (Asked("create"), Signers.Requests.Count)); // nothing is shared: there is no certificate that two pods may have
        var times = new List<double>();
        foreach (var pod in pods)
            times.Add(((await Status(pod)).RefreshAt!.Value - Time.GetUtcNow()).TotalMinutes);
        Assert.All(times, minutes => Assert.InRange(minutes, 33.9, 40.1));
        Assert.All(times.GroupBy(minutes => (int)(minutes * 6)), sixth => Assert.InRange(sixth.Count(), 1, 15)); // in no ten seconds more than 15
        Assert.Equal(Time.GetUtcNow().AddHours(1), (await Status()).ExpiresAt!.Value, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Publish_CertificateDatedBack_ItsLifeBeginsNow()
    {
        Signers.Backdated = TimeSpan.FromHours(5);
        await Publish();
        Assert.InRange((await Status()).RefreshAt!.Value, Time.GetUtcNow().AddMinutes(33), Time.GetUtcNow().AddMinutes(41));
    }

    [Theory]
    [InlineData("10m", 0, 50)]
    [InlineData("10m", 1, 49)]
    public async Task Publish_RenewBefore_IsKept(string before, double chance, int minutes)
    {
        Chance = chance;
        SetAttributes(("duration", "1h"), ("renew-before", before));
        await Publish();
        Assert.Equal(Time.GetUtcNow().AddMinutes(minutes), (await Status()).RefreshAt!.Value, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Publish_RenewBeforeLongerThanTheLife_IsOfNoAccount()
    {
        SetAttributes(("duration", "1h"), ("renew-before", "2h"));
        await Publish();
        Assert.InRange((await Status()).RefreshAt!.Value, Time.GetUtcNow().AddMinutes(33), Time.GetUtcNow().AddMinutes(41));
    }

    [Fact]
    public async Task Renewal_NewKeyAndCertificate_AndOnlyTheLastRequestStays()
    {
        await Publish();
        var (key, certificate) = (Files()["tls.key"], Files()["tls.crt"]);
        Time.Advance(TimeSpan.FromMinutes(41)); // at one go: the answers take real time, and a fetch may take 30 s of this one
        await Publish(); // with a token that is good
        await Until(() => Files()["tls.crt"] != certificate);
        Assert.NotEqual(key, Files()["tls.key"]);
        Pair().Dispose();
        Assert.Equal(2, Asked("create"));
        Assert.Single(Signers.Requests);
    }

    [Fact]
    public async Task Renewal_KeyIsReused_WhereTheVolumeWantsIt()
    {
        SetAttributes(("duration", "1h"), ("reuse-private-key", "true"));
        await Publish();
        var (key, certificate) = (Files()["tls.key"], Files()["tls.crt"]);
        await Refresh();
        Assert.NotEqual(certificate, Files()["tls.crt"]);
        Assert.Equal(key, Files()["tls.key"]);
    }

    [Fact]
    public async Task Renewal_Denied_TheOldPairStays()
    {
        await Publish();
        var before = Files();
        Signers.Denies = _ => "not any more";
        var fault = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal(VolumeError.ProviderDenies, fault.Error);
        Assert.Contains("was denied (Policy: not any more)", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files());

        Signers.Denies = _ => null;
        await Refresh();
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]);
        Pair().Dispose();
    }

    [Fact]
    public async Task Publish_Pending_SaysWhatForAndGoesOnWithTheSameRequest()
    {
        Signers.Decides = false;
        Assert.Contains("waits to be approved", await Waits(), StringComparison.Ordinal);
        Signers.Approve(Request);
        Assert.Contains("is approved and waits for Issuer ca: is there such an issuer", await Waits(), StringComparison.Ordinal);
        Signers.Pend(Request, "order is processing");
        Assert.Contains("waits for Issuer ca (Pending: order is processing)", await Waits(), StringComparison.Ordinal);
        Assert.Matches("^CertificateRequest default/web-0-[0-9a-f]{12} waits .*; it is waited for again at the next try$", await Waits());
        Signers.Issue(Request);
        await Publish();
        Pair().Dispose();
        Assert.Equal(1, Asked("create"));

        async Task<string> Waits()
        {
            var fault = await WaitsInVain();
            Assert.Equal(VolumeError.ProviderPending, fault.Error);
            return fault.Message;
        }
    }

    [Fact]
    public async Task Publish_DecidedWhileItIsWaitedFor_IsServedAtOnce()
    {
        Signers.Decides = false;
        var publish = Publish();
        await Watched();
        Api.EndWatches(); // as servers do
        await Until(() => Asked("watch") == 2);
        Signers.Approve(Request);
        Signers.Issue(Request);
        await publish;
        Pair().Dispose();
    }

    [Fact]
    public async Task Publish_Failed_SaysWhyAndAsksAnew()
    {
        Signers.Issues = false;
        var publish = PublishFails();
        await Watched();
        Signers.Fail(Request, "the name is not allowed");
        var fault = await publish;
        Assert.Equal(VolumeError.ProviderFailed, fault.Error);
        Assert.Contains("has failed (Failed: the name is not allowed)", fault.Message, StringComparison.Ordinal);
        Signers.Issues = true;
        await Publish();
        Assert.Equal((2, 1), (Asked("create"), Signers.Requests.Count));
    }

    [Fact]
    public async Task Publish_RequestDeletedMeanwhile_AsksAnew()
    {
        Signers.Issues = false;
        var publish = PublishFails();
        await Watched();
        Api.Remove("certificaterequests", "default", Request["metadata"]!["name"]!.GetValue<string>());
        Assert.Contains("was deleted before it was decided on", (await publish).Message, StringComparison.Ordinal);
        Signers.Issues = true;
        await Publish();
        Pair().Dispose();
    }

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "holds no certificate")]
    public async Task Publish_Garbage_IsNotShown(string pem, string expected)
    {
        Signers.Issues = false;
        var publish = PublishFails();
        await Watched();
        Signers.Issue(Request, pem.Length == 0 ? "garbage" : pem);
        var fault = await publish;
        Assert.Equal((VolumeError.ProviderFailed, true), (fault.Error, fault.Message.Contains(expected, StringComparison.Ordinal)));
        Assert.Empty(Kernel.Mounts);
    }

    [Fact]
    public async Task Publish_CertificateForAnotherKey_IsNotShown()
    {
        Signers.MistakesKeys = true;
        var fault = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, fault.Error);
        Assert.Contains("is for another key than the one of the request", fault.Message, StringComparison.Ordinal);
        Signers.MistakesKeys = false;
        await Publish();
        Pair().Dispose();
    }

    [Fact]
    public async Task Publish_CertificateThatHasEnded_IsNotShown()
    {
        Signers.Life = TimeSpan.FromSeconds(-60);
        Signers.Backdated = TimeSpan.FromHours(1);
        Assert.Contains("look at the clocks", (await PublishFails()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Publish_IssuersClockFiveMinutesOff_IsServedAndRenewedInTime(int minutes)
    {
        Signers.Backdated = TimeSpan.FromMinutes(minutes);
        Signers.Life = TimeSpan.FromMinutes(60 - minutes); // as its own clock says, an hour
        await Publish();
        var (now, status) = (Time.GetUtcNow(), await Status());
        Assert.InRange(status.RefreshAt!.Value, now.AddMinutes(30), status.ExpiresAt!.Value.AddMinutes(-18));
    }

    [Fact]
    public async Task Publish_CertificateWithOtherNames_IsTheIssuersAffair()
    {
        Signers.MistakesNames = true;
        SetAttributes(("dns-names", "web.example.com"));
        await Publish(); // as cert-manager's driver does
        using var leaf = Pair();
        Assert.Equal(["somebody.example.com"], leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
    }

    [Theory]
    [InlineData("spiffe", null, "spiffe://cluster.local/ns/default/sa/web")]
    [InlineData("kubernetes", "dnsNames", "a.example.com")]
    [InlineData("kubernetes", "ipSans", "10.0.0.1")]
    [InlineData("kubernetes", "uriSans", "urn:web")]
    public async Task Publish_CertificateWithOtherNames_IsNotShown(string provider, string? parameter, string name)
    {
        Attributes = null;
        SetClass(provider, ("issuerName", provider == "spiffe" ? "ca" : null), ("signerName", provider == "spiffe" ? null : FakeIssuer.Signer), (parameter ?? "duration", parameter is null ? "1h" : name));
        Signers.MistakesNames = true;
        var fault = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, fault.Error);
        Assert.Contains($"does not bear the name {name}, which was asked for", fault.Message, StringComparison.Ordinal);
        Signers.MistakesNames = false;
        await Publish();
        Pair().Dispose();
    }

    [Fact]
    public async Task Renewal_TokenExpiresOnItsWay_TheNextPublishRenewsWithTheSameRequest()
    {
        await Publish();
        var before = Files();
        Api.Reviews = _ => null; // in time when it was checked, and not any more when it arrived
        Assert.Equal(VolumeError.TokenRefused, (await Assert.ThrowsAsync<VolumeException>(() => Refresh())).Error);
        Assert.Equal((before, VolumeState.Stale), (Files(), (await Status()).State));

        Api.Reviews = token => Issuer.Verify(token, Time.GetUtcNow(), out _)!["sub"]!.GetValue<string>();
        Time.Advance(TimeSpan.FromSeconds(1)); // so that the token is another one
        await Publish();
        Assert.Equal(VolumeState.Serving, (await Status()).State);
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]);
        Pair().Dispose();
        Assert.Single(Signers.Requests);
    }

    [Fact]
    public async Task Publish_TwoPods_ShareNothing()
    {
        await Publish();
        await Publish(Pod("web-1", "other"));
        Assert.NotEqual(Files()["tls.key"], Files(Pod("web-1", "other"))["tls.key"]);
        Assert.Equal(["system:serviceaccount:default:other", PodsUser], Signers.Requests.Select(request => request["spec"]!["username"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Unpublish_RequestThatNobodyWantsAnyMore_IsForgottenWithItsKey()
    {
        IsDurable = true;
        await Publish();
        Assert.Single(Records);
        await Unpublish();
        await Until(() => File.ReadAllText(Records[0]).Contains("ReleasedAt", StringComparison.Ordinal)); // which is told after the answer
        await Advance(TimeSpan.FromMinutes(9));
        Assert.Single(Records);
        await Advance(TimeSpan.FromMinutes(2));
        await Until(() => Records.Length == 0);
    }

    private string[] Records => Directory.Exists(FilePath("requests")) ? Directory.GetFiles(FilePath("requests"), "*", SearchOption.AllDirectories) : [];
}
