namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>After kill -9 a request that was made is the one that is waited for, its key is found again, and what is served asks no one.</summary>
public sealed class CrashTests : IssuanceTest
{
    public CrashTests()
    {
        IsDurable = true;
        SetAttributes(("duration", "1h"));
    }

    [Fact]
    public async Task Restart_VolumesServeOn_NobodyIsAsked()
    {
        await Publish();
        var (asked, before) = (Api.Requests.Count, Files());
        await Crash();
        await Restart();
        await Publish();
        Assert.Equal((asked, before), (Api.Requests.Count, Files()));
    }

    [Fact]
    public async Task Restart_RequestPending_IsWaitedForAndIssuedToItsKey()
    {
        Signers.Decides = false;
        await CrashWhileItWaits();
        Signers.Approve(Request);
        Signers.Issue(Request);
        await Restart();
        await Publish();
        Pair().Dispose();
        Assert.Equal((1, 1), (Asked("create"), Asked("get")));
    }

    [Fact]
    public async Task Restart_StateOnDisk_TheKeyIsLostAndAnotherRequestMade()
    {
        KeepsSecrets = false;
        Signers.Decides = false;
        await CrashWhileItWaits();
        var first = Request["metadata"]!["name"]!.GetValue<string>();
        Assert.DoesNotContain(Directory.EnumerateFiles(FilePath("requests"), "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("\"Key\":\"", StringComparison.Ordinal));
        Signers.Decides = true;
        await Restart();
        await Publish();
        Pair().Dispose();
        Assert.NotEqual(first, Request["metadata"]!["name"]!.GetValue<string>()); // which was deleted
    }

    [Fact]
    public async Task Restart_IssuedButNotShown_TheSameCertificateIsShown()
    {
        Signers.Decides = false;
        await CrashWhileItWaits();
        Signers.Approve(Request);
        Signers.Issue(Request);
        await Restart();
        await Publish();
        var shown = Files()["tls.crt"];
        await Unpublish(); // kubelet's retry of a publish that failed after all looks like this to the provider
        await Publish();
        Assert.Equal((1, shown), (Asked("create"), Files()["tls.crt"]));
    }

    [Fact]
    public async Task Restart_InTheMiddleOfARenewal_TheOldPairStaysUntilTheNewIsWhole()
    {
        await Publish();
        var before = Files();
        Signers.Decides = false;
        var renewal = Refresh();
        await Watched();
        await Die(renewal);
        await Restart();
        Assert.Equal(before, Files());
        Signers.Approve(Request);
        Signers.Issue(Request);
        await Refresh();
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]);
        Pair().Dispose();
        Assert.Equal(2, Asked("create"));
    }

    [Fact]
    public async Task Restart_VolumeGoneMeanwhile_ItsRequestIsForgotten()
    {
        Signers.Decides = false;
        await CrashWhileItWaits();
        await Restart(); // the publish is undone: nobody was told that it succeeded
        await Until(async () =>
        {
            await Advance(TimeSpan.FromMinutes(1));
            return Directory.GetFiles(FilePath("requests"), "*", SearchOption.AllDirectories).Length == 0;
        });
    }

    [Fact]
    public async Task Restart_StateOnDisk_ThePasswordOfAttributesIsNotThereAndComesWithTheNextPublish()
    {
        KeepsSecrets = false;
        SetAttributes(("duration", "1h"), ("pkcs12-enable", "true"), ("pkcs12-password", "correct-horse"));
        await Publish();
        var before = Files();
        string[] spellings = ["correct-horse", Convert.ToBase64String("correct-horse"u8)[..^4], Convert.ToHexString("correct-horse"u8)];
        var state = Directory.GetFiles(Path.GetDirectoryName(FilePath("volumes"))!, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(state);
        Assert.All(state, file => Assert.All(spellings, spelling => Assert.DoesNotContain(spelling, File.ReadAllText(file), StringComparison.OrdinalIgnoreCase)));

        await Crash();
        await Restart();
        Assert.Equal((before, VolumeState.Serving), (Files(), (await Status()).State));
        var fault = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal(VolumeError.TokenMissing, fault.Error);
        Assert.Equal(before, Files());

        await Publish();
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]); // what could not be done is done now
        Assert.Equal(VolumeState.Serving, (await Status()).State);
        Pair().Dispose();
    }

    [Fact]
    public async Task Restart_StateOnDisk_AsTheDriver_WaitsForThePasswordToo()
    {
        (KeepsSecrets, Requester) = (false, Grains.Providers.Issuance.CertificateRequester.Driver);
        SetAttributes(("duration", "1h"), ("pkcs12-enable", "true"), ("pkcs12-password", "correct-horse"));
        await Publish();
        await Crash();
        await Restart();
        Assert.Equal(VolumeError.TokenMissing, (await Assert.ThrowsAsync<VolumeException>(() => Refresh())).Error);
        await Publish();
        Assert.Equal(VolumeState.Serving, (await Status()).State);
    }

    [Fact]
    public async Task Restart_KeyIsReused_ItIsTheOneThatThePodReads()
    {
        KeepsSecrets = false; // it is nowhere else
        SetAttributes(("duration", "1h"), ("reuse-private-key", "true"));
        await Publish();
        var before = Files();
        await Crash();
        await Restart();
        await Publish(); // which brings the token
        await Refresh();
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]);
        Assert.Equal(before["tls.key"], Files()["tls.key"]);
        Pair().Dispose();
    }

    [Fact]
    public async Task Restart_DeniedMeanwhile_SaysSoAndAsksAnew()
    {
        Signers.Decides = false;
        await CrashWhileItWaits();
        Signers.Deny(Request, "not this one");
        await Restart();
        Assert.Contains("was denied (Policy: not this one)", (await PublishFails()).Message, StringComparison.Ordinal);
        Signers.Decides = true;
        await Publish();
        Pair().Dispose();
        Assert.Equal(2, Asked("create"));
    }

    [Fact]
    public async Task Restart_FailedBefore_TheRequestIsNotTakenUpAgain()
    {
        Signers.Denies = _ => "not this one";
        await PublishFails();
        await Crash();
        Signers.Denies = _ => null;
        await Restart();
        await Publish();
        Pair().Dispose();
        Assert.Equal((2, 1), (Asked("create"), Signers.Requests.Count)); // the first was deleted
    }

    private async Task CrashWhileItWaits()
    {
        var publish = Publish();
        await Watched();
        await Die(publish);
    }

    /// <summary>kill -9 in the middle of <paramref name="call"/>: its connections end with the process.</summary>
    private async Task Die(Task call)
    {
        await Crash();
        Api.CutConnections();
        _ = call.ContinueWith(static done => done.Exception, TaskScheduler.Default);
        await Until(() => Api.Watches("certificaterequests") == 0);
    }
}
