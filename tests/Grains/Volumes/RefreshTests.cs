using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Volumes;

/// <summary>Content is renewed when it is due, not sooner and not later, with nobody calling.</summary>
public sealed class RefreshTests : VolumeTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void Refresh_ContentOfWhichNobodyKnowsMore_IsPolledATenthSoonerOrLater(double chance)
    {
        Chance = chance;
        Provider.Gives("one").Gives("two");
        Publish();

        var wait = Published.RefreshAt!.Value - Time.GetUtcNow();
        Assert.InRange(wait, PollInterval * 0.9, PollInterval * 1.1);
        AssertFetchedIn(wait);
        Assert.Equal("two", Content);
    }

    [Fact]
    public void Refresh_ProviderSaysWhen_ComesThenToTheMillisecond()
    {
        var when = Time.GetUtcNow() + 17 * Minute;
        Provider.Gives("one", bundle => bundle with { RefreshAt = when, NeedsNoPolling = true }).Gives("two");
        Publish();

        AssertFetchedIn(17 * Minute);
    }

    [Fact]
    public void Refresh_FurtherOffThanTimersReach_ComesThen()
    {
        var far = TimeSpan.FromDays(60); // timers reach 49 days
        Provider.Wants = TokenDemand.None;
        Provider.Gives("one", bundle => bundle with { RefreshAt = Time.GetUtcNow() + far, NeedsNoPolling = true }).Gives("two");
        Publish();

        AssertFetchedIn(far);
    }

    [Fact]
    public void Refresh_Never_DoesNotCome()
    {
        Provider.Gives("one", bundle => bundle with { NeedsNoPolling = true });
        Publish();

        Advance(TimeSpan.FromDays(60));

        Assert.Null(Published.RefreshAt);
        Assert.Single(Provider.Fetches);
        Assert.True(IsActivated); // it waits for kubelet's republishes and for an unpublish, in memory
    }

    [Fact]
    public void Refresh_PollingIsOff_DoesNotCome()
    {
        PollIntervalOption = null;
        Provider.Gives("one");
        Publish();

        Advance(TimeSpan.FromDays(1));

        Assert.Single(Provider.Fetches);
    }

    [Fact]
    public void Refresh_Due_ComesAgainAndAgain()
    {
        Provider.Wants = TokenDemand.None;
        var number = 0;
        Provider.Then((_, _) => Task.FromResult(Bundle($"{++number}") with { RefreshAt = Time.GetUtcNow() + Minute }));
        Publish();

        Advance(10 * Minute);

        Assert.Equal("11", Content);
        Assert.Equal(11, Published.Generation);
    }

    [Fact]
    public void Refresh_DueWhenTheClassChanged_AsksWithTheNewOne()
    {
        Provider.Gives("one").Gives("two");
        Publish();
        Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>("key", "other"));

        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());

        Assert.Equal("other", Provider.Fetches[^1].Class.Parameters["key"]);
        ClearEffects();
        Publish(); // the change has been seen to
        Assert.Empty(Effects);
    }

    [Fact]
    public void Refresh_OnDemand_AsksNow()
    {
        Provider.Gives("one").Gives("two");
        Publish();

        Refresh();

        Assert.Equal("two", Content);
        AssertNextFetchIn(PollInterval);
    }

    [Fact]
    public void Refresh_OnDemandFails_SaysWhyAndKeepsTheFiles()
    {
        Provider.Gives("one").Fails(VolumeError.ProviderDenies, "no, because");
        Publish();

        Assert.Equal("no, because", Assert.Throws<VolumeException>(Refresh).Message);

        Assert.Equal(("one", VolumeState.Stale), (Content, Published.State));
    }

    [Fact]
    public void Refresh_OnDemandGivenUp_SaysNothingOfTheContent()
    {
        using var caller = new CancellationTokenSource();
        Provider.Gives("one").Hangs();
        Publish();
        var refresh = Start(() => Volume.Refresh(caller.Token));

        caller.Cancel();
        Settle();

        Assert.True(refresh.IsCanceled);
        Assert.Equal(VolumeState.Serving, Published.State);
    }

    [Fact]
    public void Refresh_NotPublished_IsNotFound()
        => Assert.Equal(VolumeError.NotFound, Assert.Throws<VolumeException>(Refresh).Error);

    [Fact]
    public void Refresh_MountVanished_IsNotFoundAndForgotten()
    {
        Provider.Gives("one");
        Publish();
        Kernel.Mounts.Clear();

        Assert.Equal(VolumeError.NotFound, Assert.Throws<VolumeException>(Refresh).Error);

        AssertGone();
    }

    [Fact]
    public void Refresh_DuringAGracefulStop_LeavesTheRecordAsItWas()
    {
        Provider.Gives("one").Hangs();
        Publish();
        var record = Assert.Single(Disk.Records).Value;
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());
        Assert.Equal(2, Provider.Fetches.Count);

        Stop();

        Assert.Equal(record, Assert.Single(Disk.Records).Value);
    }

    private void AssertFetchedIn(TimeSpan wait)
    {
        var before = Provider.Fetches.Count;
        Advance(wait - Millisecond);
        Assert.Equal(before, Provider.Fetches.Count);
        Advance(Millisecond);
        Assert.Equal(before + 1, Provider.Fetches.Count);
    }

    private void AssertNextFetchIn(TimeSpan about)
        => Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), about * 0.9, about * 1.1);
}
