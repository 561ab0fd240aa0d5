namespace ActorCsi.Tests.Volumes;

/// <summary>After an unpublish that was OK nothing is left; one that fails can be repeated.</summary>
public sealed class UnpublishTests : VolumeTest
{
    public UnpublishTests() => Provider.Gives("one");

    [Fact]
    public void Unpublish_Serving_RecordsUnmountsAndForgets()
    {
        Publish();
        ClearEffects();

        Unpublish();

        Assert.Equal(["write Leaving", "unmount", "clear", "unremind"], Effects);
        AssertGone();
    }

    [Fact]
    public void Unpublish_Again_IsOk()
    {
        Publish();
        Unpublish();

        Unpublish();

        AssertGone();
    }

    [Fact]
    public void Unpublish_NeverSeen_IsOkAndTakesAwayWhatIsThere()
    {
        Kernel.Mounts.Add(Target, new());

        Unpublish();

        AssertGone();
    }

    [Fact]
    public void Unpublish_Gone_EndsRefreshes()
    {
        Publish();
        Unpublish();

        Advance(TimeSpan.FromDays(1));

        Assert.Single(Provider.Fetches);
    }

    [Theory]
    [InlineData("unmount")]
    [InlineData("unmounted")]
    [InlineData("clear")]
    [InlineData("cleared")]
    [InlineData("unremind")]
    public void Unpublish_StepFails_IsToldAndWorksWhenItIsRepeated(string step)
    {
        Publish();
        Break(step);

        Assert.Throws<IOException>(() => Unpublish());
        Unpublish();

        AssertGone();
    }

    [Fact]
    public void Unpublish_DiskIsFull_IsOkAllTheSame()
    {
        Publish();
        Break("write Leaving");

        Unpublish();

        AssertGone();
    }

    [Fact]
    public void Unpublish_MountStays_NothingIsRefreshedAnyMore()
    {
        Publish();
        Break("unmount");
        Assert.Throws<IOException>(() => Unpublish());

        Advance(TimeSpan.FromHours(3));

        Assert.Single(Provider.Fetches);
        Assert.Equal(VolumeState.Leaving, Published.State);
        Assert.Null(Usage());
    }

    [Fact]
    public void Publish_AfterAnUnpublishThatFailed_FinishesItAndBeginsAnew()
    {
        Publish();
        Break("unmount");
        Assert.Throws<IOException>(() => Unpublish());
        Provider.Gives("two");

        Publish();

        Assert.Equal(("two", VolumeState.Serving, 1L), (Content, Published.State, Published.Generation));
    }

    [Fact]
    public void Publish_AfterAnUnpublish_BeginsAnew()
    {
        Publish();
        Unpublish();
        Provider.Gives("two");

        Publish();

        Assert.Equal(("two", 1L), (Content, Published.Generation));
    }
}
