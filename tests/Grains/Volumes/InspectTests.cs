namespace ActorCsi.Tests.Volumes;

/// <summary>Who asks how a volume is doing waits for nothing and costs nothing.</summary>
public sealed class InspectTests : VolumeTest
{
    [Fact]
    public void Inspect_DuringAHangingFirstPublish_AnswersAtOnce()
    {
        Provider.Hangs();
        StartPublish();

        Assert.Equal(VolumeState.Mounted, Published.State);
        Assert.Null(Usage());
        Unpublish();
    }

    [Fact]
    public void Inspect_DuringAHangingRefresh_TellsWhatIsServed()
    {
        Provider.Gives("one").Hangs();
        Publish();
        Advance(PollInterval * 1.1);

        Assert.Equal((VolumeState.Serving, 1L), (Published.State, Published.Generation));
        Assert.Null(Usage()!.Stale);
        Unpublish();
    }

    [Fact]
    public void Inspect_NotPublished_IsNull()
    {
        Assert.Null(Status);
        Assert.Null(Usage());
    }

    [Fact]
    public void Usage_OtherPath_IsNull()
    {
        Provider.Gives("one");
        Publish();

        Assert.Null(Usage("/pods/web-0/other/mount"));
        Assert.Equal((1 << 20, 1), (Usage()!.TotalBytes, Usage()!.UsedInodes));
    }

    [Fact]
    public void Inspect_VolumeThatIsNone_IsForgottenAgain()
    {
        Assert.Null(Status);
        Assert.True(IsActivated);

        Advance(TimeSpan.FromHours(3));

        Assert.False(IsActivated);
    }

    [Fact]
    public void Publish_Failed_IsForgottenAgain()
    {
        Provider.Fails(VolumeError.ProviderDenies);
        PublishFails();

        Advance(TimeSpan.FromHours(3));

        Assert.False(IsActivated);
    }
}
