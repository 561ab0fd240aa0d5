using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Volumes;

/// <summary>An unpublish waits for no provider: not for the fetch in flight, nor for the publish that waits behind it.</summary>
public sealed class LeaveTests : VolumeTest
{
    [Fact]
    public void Unpublish_DuringAHangingFirstPublish_EndsItAndLeavesNothing()
    {
        Provider.Hangs();
        var publish = StartPublish();

        Unpublish();

        Assert.Equal(VolumeError.GivenUp, Assert.Throws<VolumeException>(publish.GetAwaiter().GetResult).Error);
        AssertGone();
    }

    [Fact]
    public void Unpublish_ProviderTakesNoNotice_EndsThePublishAllTheSame()
    {
        Provider.Then((_, _) => new TaskCompletionSource<SecretBundle>().Task);
        var publish = StartPublish();

        Unpublish();

        Assert.True(publish.IsFaulted);
        AssertGone();
    }

    [Fact]
    public void Unpublish_DuringAHangingRefresh_LeavesNothing()
    {
        Provider.Gives("one").Hangs();
        Publish();
        Advance(PollInterval * 1.1);
        Assert.Equal(2, Provider.Fetches.Count);

        Unpublish();

        AssertGone();
        Assert.DoesNotContain("write Stale", Effects);
    }

    [Fact]
    public void Unpublish_BehindThePublishsRetry_WaitsForNeitherAndTheRetryAsksNobody()
    {
        Provider.Hangs();
        var publish = StartPublish();
        var retry = StartPublish();

        Unpublish();

        Assert.All([publish, retry], call => Assert.Equal(VolumeError.GivenUp, Assert.Throws<VolumeException>(call.GetAwaiter().GetResult).Error));
        Assert.Single(Provider.Fetches);
        AssertGone();
    }

    [Fact]
    public void Unpublish_DuringAPublishWhoseCallerHasGone_LeavesNothing()
    {
        using var caller = new CancellationTokenSource();
        Provider.Hangs();
        StartPublish(caller.Token);
        var retry = StartPublish();
        caller.Cancel();

        Unpublish();

        Assert.Equal(VolumeError.GivenUp, Assert.Throws<VolumeException>(retry.GetAwaiter().GetResult).Error);
        AssertGone();
    }

    [Fact]
    public void Publish_AfterTheUnpublish_IsAPublishLikeAnyOther()
    {
        Provider.Hangs();
        StartPublish();
        Unpublish();
        Provider.Gives("one");

        Publish();

        Assert.Equal("one", Content);
    }

    [Fact]
    public void Unpublish_ClassIsStillLookedFor_EndsThatToo()
    {
        Classes.Hang();
        var publish = StartPublish();

        Unpublish();

        Assert.True(publish.IsFaulted);
        AssertGone();
    }

    [Fact]
    public void Leave_DuringAFetchWhoseAnswerComesInTheSameMoment_LeavesNothing()
    {
        var answer = new TaskCompletionSource<SecretBundle>();
        Provider.Then((_, _) => answer.Task);
        var publish = StartPublish();

        answer.SetResult(Bundle("one"));
        var unpublish = StartUnpublish();
        Settle();

        Assert.True(publish.IsCompleted && unpublish.IsCompletedSuccessfully);
        AssertGone();
    }
}
