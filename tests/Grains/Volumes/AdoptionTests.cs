using System.Collections.Immutable;
using ActorCsi.Fakes;

namespace ActorCsi.Tests.Volumes;

/// <summary>What another driver mounted for a running pod is taken over as it is (docs/decisions/0006).</summary>
public sealed class AdoptionTests : VolumeTest
{
    [Fact]
    public void Publish_ForeignContent_IsTakenOverAndRenewedInPlace()
    {
        var mount = Foreign("theirs");
        Provider.Gives("ours");

        Publish();

        Assert.Same(mount, Kernel.Mounts[Target]);
        Assert.Equal(("ours", VolumeState.Serving), (Content, Published.State));
        Assert.Equal(["remind", "write Stale", "fetch", "replace", "write Serving"], Effects);
    }

    [Fact]
    public void Publish_ForeignContentAndProviderDown_IsOkWithWhatIsThere()
    {
        Foreign("theirs");
        Provider.Fails(VolumeError.ProviderUnavailable, "down");

        Publish();

        Assert.Equal(("theirs", VolumeState.Stale, "down"), (Content, Published.State, Published.Reason!));
        Provider.Gives("ours");
        Advance(2 * Second);
        Assert.Equal(("ours", VolumeState.Serving), (Content, Published.State));
    }

    [Theory]
    [InlineData("remind")]
    [InlineData("write Stale")]
    public void Publish_ForeignContentThatCannotBeRecorded_IsOk(string step)
    {
        Foreign("theirs");
        Provider.Fails(VolumeError.ProviderUnavailable);
        Break(step);
        Break("write Stale");

        Publish();

        Assert.Equal(("theirs", VolumeState.Stale), (Content, Published.State));
        Unpublish();
        AssertGone();
    }

    [Fact]
    public void Publish_ForeignContentAndTheCallerGivesUp_IsRenewedByTheTimer()
    {
        using var caller = new CancellationTokenSource();
        Foreign("theirs");
        Provider.Hangs();
        StartPublish(caller.Token);
        Provider.Gives("ours");

        caller.Cancel();
        Settle();
        Advance(Millisecond);

        Assert.Equal(("ours", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Publish_ForeignAndEmpty_IsFilled()
    {
        var mount = new MemoryMount();
        Kernel.Mounts.Add(Target, mount);
        Provider.Gives("ours");

        Publish();

        Assert.Same(mount, Kernel.Mounts[Target]);
        Assert.Equal("ours", Content);
        Assert.DoesNotContain("mount", Effects);
    }

    [Fact]
    public void Publish_ForeignAndEmptyAndProviderDown_FailsAndLeavesTheMount()
    {
        Kernel.Mounts.Add(Target, new());
        Provider.Fails(VolumeError.ProviderUnavailable);

        Assert.Equal(VolumeError.ProviderUnavailable, PublishFails().Error);

        Assert.True(IsMounted);
        Assert.Empty(Disk.Records);
        Assert.Empty(Disk.Reminders);
    }

    [Fact]
    public void Publish_ForeignContentRenewed_TheirGenerationGoesAMomentLater()
    {
        var mount = Foreign("theirs");
        Provider.Gives("ours");
        Publish();
        Assert.Equal(1, mount.Orphans);

        Advance(5 * Second);

        Assert.Equal(0, mount.Orphans);
    }

    [Fact]
    public void Unpublish_TakenOver_LeavesNothing()
    {
        Foreign("theirs");
        Provider.Gives("ours");
        Publish();

        Unpublish();

        AssertGone();
    }

    private MemoryMount Foreign(string content)
    {
        var mount = new MemoryMount { Generation = "..theirs", Files = ImmutableSortedDictionary<string, string>.Empty.Add("file", content) };
        Kernel.Mounts.Add(Target, mount);
        return mount;
    }
}
