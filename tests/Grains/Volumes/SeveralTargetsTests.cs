namespace ActorCsi.Tests.Volumes;

/// <summary>A volume whose access mode allows it is shown at several targets: one mount, bound to the others, until the last is unpublished.</summary>
public sealed class SeveralTargetsTests : VolumeTest
{
    private const string Other = "/pods/web-0/second/mount";

    public SeveralTargetsTests()
    {
        Kubelet.Spec = Kubelet.Spec with { AccessMode = "SINGLE_NODE_MULTI_WRITER" };
        Provider.Gives("one");
        Publish();
    }

    [Fact]
    public void Publish_SecondTarget_BindsWhatIsThere()
    {
        ClearEffects();

        PublishAt(Other);

        Assert.Equal(["bind", "write Serving"], Effects);
        Assert.Equal("one", ContentAt(Other));
        Assert.Equal<string>([Target, Other], Published.Targets);
    }

    [Fact]
    public void Publish_EitherTargetAgain_DoesNothing()
    {
        PublishAt(Other);
        ClearEffects();

        PublishAt(Other);
        PublishAt(Target);

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_BindFails_IsToldAndTheFirstTargetServesOn()
    {
        Break("bind", new VolumeException(VolumeError.Internal, "no"));

        Assert.Equal(VolumeError.Internal, Assert.Throws<VolumeException>(() => PublishAt(Other)).Error);

        Assert.Equal<string>([Target], Published.Targets);
        Assert.Equal("one", Content);
    }

    [Fact]
    public void Publish_RecordOfTheSecondTargetCannotBeWritten_TakesItAwayAgain()
    {
        Break("write Serving");

        Assert.Throws<IOException>(() => PublishAt(Other));

        Assert.Null(ContentAt(Other));
        Assert.Equal<string>([Target], Published.Targets);
        PublishAt(Other);
        Assert.Equal("one", ContentAt(Other));
    }

    [Fact]
    public void Publish_SecondTargetVanished_BindsItAgain()
    {
        PublishAt(Other);
        Kernel.Mounts.Remove(Other);

        PublishAt(Other);

        Assert.Equal("one", ContentAt(Other));
    }

    [Theory]
    [InlineData(Target, Other)]
    [InlineData(Other, Target)]
    public void Unpublish_OneOfTwo_LeavesTheOther(string leaves, string stays)
    {
        PublishAt(Other);

        Unpublish(leaves);

        Assert.Equal([stays], Kernel.Mounts.Keys);
        Assert.Equal<string>([stays], Published.Targets);
        Assert.Equal("one", ContentAt(stays));
        Provider.Gives("two");
        Refresh();
        Assert.Equal("two", ContentAt(stays));
    }

    [Theory]
    [InlineData(Target)]
    [InlineData(Other)]
    public void Publish_UnpublishedTargetAgain_ShowsItAgain(string target)
    {
        PublishAt(Other);
        Unpublish(target);

        PublishAt(target);

        Assert.Equal("one", ContentAt(target));
        Assert.Equal(2, Published.Targets.Length);
    }

    [Fact]
    public void Unpublish_OneOfTwoThatCannotBeRecorded_WorksWhenItIsRepeated()
    {
        PublishAt(Other);
        Break("write Serving");

        Assert.Throws<IOException>(() => Unpublish(Target));
        Unpublish(Target);
        Restart();

        Assert.Equal<string>([Other], Published.Targets);
        Assert.Equal("one", ContentAt(Other));
    }

    [Fact]
    public void Unpublish_Both_LeavesNothing()
    {
        PublishAt(Other);

        Unpublish(Target);
        Unpublish(Other);

        AssertGone();
    }

    [Fact]
    public void Unpublish_OneOfTwoDuringARefresh_TheOtherIsRefreshedAllTheSame()
    {
        PublishAt(Other);
        Provider.Hangs();
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());
        Provider.Gives("two");

        Unpublish(Other);
        Advance(Millisecond);

        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Restart_TwoTargets_BothServeOn()
    {
        PublishAt(Other);

        Restart();
        Provider.Gives("two");
        Refresh();

        Assert.Equal(("two", "two"), (Content, ContentAt(Other)));
    }

    [Fact]
    public void Unpublish_TargetThatIsNotOurs_LeavesTheVolume()
    {
        Unpublish("/pods/web-0/never/mount");

        Assert.Equal(("one", VolumeState.Serving), (Content, Published.State));
    }

    private void PublishAt(string target)
    {
        Kubelet.Spec = Kubelet.Spec with { TargetPath = target };
        Publish();
    }
}
