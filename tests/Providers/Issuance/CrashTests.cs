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
        var renewal = Volume(Pod()).Refresh(CancellationToken.None);
        await Watched();
        await Die(renewal);
        await Restart();
        Assert.Equal(before, Files());
        Signers.Approve(Request);
        Signers.Issue(Request);
        await Volume(Pod()).Refresh(CancellationToken.None);
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
