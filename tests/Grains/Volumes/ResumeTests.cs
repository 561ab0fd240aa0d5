namespace ActorCsi.Tests.Volumes;

/// <summary>A restart asks no provider: what serves serves on, what was begun is undone, what was ending ends.</summary>
public sealed class ResumeTests : VolumeTest
{
    public ResumeTests() => Provider.Gives("one");

    [Fact]
    public void Resume_Serving_ServesOnAndIsRefreshedOnTime()
    {
        Publish();
        var before = Published;
        Provider.Gives("two");

        Restart();

        Assert.Single(Provider.Fetches);
        Assert.Equivalent(before, Published);
        Advance(before.RefreshAt!.Value - Time.GetUtcNow() - Millisecond);
        Assert.Equal("one", Content);
        Advance(Millisecond);
        Assert.Equal("two", Content);
    }

    [Fact]
    public void Resume_Stale_StaysStaleWithItsReason()
    {
        Publish();
        Provider.Fails(VolumeError.ProviderDenies, "no, because");
        Assert.Throws<VolumeException>(Refresh);

        Restart();

        Assert.Equal(2, Provider.Fetches.Count);
        Assert.Equal((VolumeState.Stale, "no, because"), (Published.State, Published.Reason));
    }

    [Theory]
    [InlineData("mount")] // asked, nothing mounted
    [InlineData("mounted")]
    [InlineData("replace")]
    [InlineData("written")]
    [InlineData("swapped")]
    [InlineData("write Serving")]
    public void Resume_FirstPublishWasCutOff_UndoesIt(string crash)
    {
        CrashAt(crash, () => StartPublish());
        var fetches = Provider.Fetches.Count;

        Resume();

        AssertGone();
        Assert.Equal(fetches, Provider.Fetches.Count);
        Publish();
        Assert.Equal("one", Content);
    }

    [Fact]
    public void Resume_ReminderWithoutARecord_TakesItAway()
    {
        CrashAt("write Asked", () => StartPublish());
        Assert.Single(Disk.Reminders);

        Resume();

        AssertGone();
    }

    [Theory]
    [InlineData("unmount")]
    [InlineData("unmounted")]
    [InlineData("clear")]
    [InlineData("unremind")]
    public void Resume_UnpublishWasCutOff_FinishesIt(string crash)
    {
        Publish();
        CrashAt(crash, () => StartUnpublish());

        Resume();

        AssertGone();
        Assert.Single(Provider.Fetches);
    }

    [Fact]
    public void Resume_MountIsGone_ForgetsTheVolume()
    {
        Publish();
        Crash();
        Kernel.Mounts.Clear();

        Resume();

        AssertGone();
        Assert.Single(Provider.Fetches);
    }

    [Fact]
    public void Resume_SwapWasMadeAndNotRecorded_IsTakenOver()
    {
        Publish();
        Provider.Gives("two");
        CrashAt("swapped", () => Start(() => Volume.Refresh(CancellationToken.None)));

        Resume();
        ClearEffects();
        Publish();

        Assert.Equal("two", Content);
        Assert.Empty(Effects);
        Assert.Equal(0, Kernel.Mounts[Target].Orphans);
        Assert.Equal(2, Provider.Fetches.Count);
    }

    [Fact]
    public void Resume_RefreshWasCutOffBeforeTheSwap_TidiesUp()
    {
        Publish();
        Provider.Gives("two");
        CrashAt("written", () => Start(() => Volume.Refresh(CancellationToken.None)));
        Assert.Equal(1, Kernel.Mounts[Target].Orphans);

        Resume();

        Assert.Equal(("one", 0), (Content, Kernel.Mounts[Target].Orphans));
    }

    [Fact]
    public void Resume_DueMeanwhile_IsRefreshedAtOnce()
    {
        Publish();
        Crash();
        Provider.Gives("two");
        Advance(10 * Minute);

        Resume();
        Assert.Equal("one", Content);
        Advance(TimeSpan.Zero);

        Assert.Equal("two", Content);
    }

    [Fact]
    public void Resume_TokensWereNotKept_ServesOnAndTakesThemFromTheNextPublish()
    {
        KeepsSecrets = false;
        Kubelet.Secrets = [("password", "geheim")];
        Publish();
        Assert.DoesNotContain("geheim", Disk.Records.Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("geheim"u8), Disk.Records.Single().Value, StringComparison.Ordinal);

        Restart();
        Publish();

        Assert.Single(Provider.Fetches); // the same again, as far as anybody can tell
        Assert.Equal(VolumeState.Serving, Published.State);
        Provider.Gives("two");
        Refresh();
        Assert.Equal("geheim", Provider.Fetches[^1].NodePublishSecrets.Single().Value.ExposeText());
        Assert.Single(Provider.Fetches[^1].Tokens.All);
    }

    [Fact]
    public void Resume_TokensWereNotKeptAndARefreshIsDueFirst_IsStaleUntilTheNextPublish()
    {
        KeepsSecrets = false;
        Publish();
        Restart();
        Provider.Gives("two");

        Advance(PollInterval * 1.1);
        Assert.Equal(("one", VolumeState.Stale), (Content, Published.State));
        Assert.Single(Provider.Fetches); // not without the pod's tokens
        Publish();

        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Resume_OneVolumeFails_TheOthersAreResumed()
    {
        Publish();
        Kubelet.Spec = Kubelet.Spec with { VolumeId = "csi-web-1", TargetPath = "/pods/web-1/mount" };
        Finish(() => Grains.GetGrain<IVolumeGrain>("csi-web-1").Publish(Kubelet.Request(), CancellationToken.None));
        Crash();
        Kernel.Mounts.Clear();
        Break("clear");

        Resume();

        Assert.EndsWith(Id, Assert.Single(Disk.Records).Key, StringComparison.Ordinal);
        Assert.Contains(Log.All, line => line.Contains("could not be resumed", StringComparison.Ordinal));
    }

    [Fact]
    public void Publish_BeforeItIsResumed_FindsTheVolumeServing()
    {
        Publish();
        Crash();
        ClearEffects();

        Publish();
        Resume();

        Assert.Equal(["tidy"], Effects);
        Assert.Equal("one", Content);
    }

    /// <summary>The process dies when it comes to <paramref name="step"/>: nothing after it is done.</summary>
    private void CrashAt(string step, Action call)
    {
        DieAt(step);
        call();
        Crash();
    }
}
