using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Volumes;

/// <summary>A first publish that fails says why, and leaves nothing behind but what was there before.</summary>
public sealed class FailedFirstPublishTests : VolumeTest
{
    [Theory]
    [InlineData("remind")]
    [InlineData("write Asked")]
    [InlineData("recorded")] // written, and then a failure all the same
    [InlineData("mount")]
    [InlineData("mounted")]
    [InlineData("replace")]
    [InlineData("written")]
    [InlineData("swapped")]
    [InlineData("write Serving")]
    public void Publish_StepFails_UndoesTheStepsBefore(string step)
    {
        Provider.Gives("one");
        var failure = new VolumeException(VolumeError.Full, "scripted: no space");
        Break(step, failure);

        Assert.Same(failure, PublishFails());

        AssertGone();
        Publish();
        Assert.Equal("one", Content);
    }

    [Fact]
    public void Publish_LastWriteFailsAfterTheFact_LeavesNothing()
    {
        Provider.Then((_, _) =>
        {
            Break("recorded");
            return Task.FromResult(new SecretBundle { Files = [] });
        });

        Assert.Throws<IOException>(Publish);

        AssertGone();
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Publish_ProviderSaysNo_TellsItInItsWordsAndLeavesNothing(VolumeError error)
    {
        Provider.Fails(error, "no, because");

        var failure = PublishFails();

        Assert.Equal((error, "no, because"), (failure.Error, failure.Message));
        AssertGone();
        Provider.Gives("one");
        Advance(2 * Minute); // where the provider is spared for a while
        Publish();
        Assert.Equal("one", Content);
    }

    public static TheoryData<VolumeError> Errors() => [.. Enum.GetValues<VolumeError>()];

    [Fact]
    public void Publish_ProviderBreaks_LeavesNothing()
    {
        Provider.Then((_, _) => throw new InvalidOperationException("a bug"));

        Assert.Throws<InvalidOperationException>(Publish);

        AssertGone();
    }

    [Fact]
    public void Publish_ProviderBreaksOffByItself_IsUnavailable()
    {
        Provider.Then((_, _) => throw new OperationCanceledException());

        Assert.Equal(VolumeError.ProviderUnavailable, PublishFails().Error);

        AssertGone();
    }

    [Fact]
    public void Publish_ClassIsMissing_NamesItAndAsksNobody()
    {
        Classes.Remove(ClassName);

        var failure = PublishFails();

        Assert.Equal(VolumeError.NotFound, failure.Error);
        Assert.Contains("default/class", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Provider.Fetches);
        AssertGone();
    }

    [Fact]
    public void Publish_NoClassNamed_NamesTheAttribute()
    {
        Kubelet.Spec = Kubelet.Spec with { Attributes = StringMap.Empty };

        var failure = PublishFails();

        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("volumeAttributes.secretProviderClass", failure.Message, StringComparison.Ordinal);
        AssertGone();
    }

    [Fact]
    public void Publish_ProviderIsUnknown_LeavesNothing()
    {
        Classes.Set(ClassName, "nobody");

        Assert.Contains("nobody", PublishFails().Message, StringComparison.Ordinal);

        AssertGone();
    }

    [Theory]
    [InlineData(null, VolumeError.TokenMissing)]
    [InlineData("{", VolumeError.Invalid)]
    [InlineData("""{"other": {"token": "x", "expirationTimestamp": "2030-01-01T00:00:00Z"}}""", VolumeError.TokenMissing)]
    [InlineData("""{"vault": {"token": "x", "expirationTimestamp": "2030-01-01T00:00:00Z"}}""", VolumeError.TokenRefused)]
    public void Publish_TokenWillNotDo_AsksNobodyAndLeavesNothing(string? tokens, VolumeError expected)
    {
        Kubelet.Tokens = tokens;

        Assert.Equal(expected, PublishFails().Error);

        Assert.Empty(Provider.Fetches);
        AssertGone();
    }

    [Fact]
    public void Publish_TokenOfAnotherPod_AsksNobody()
    {
        Kubelet.Tokens = PodTokenJson.For(Kubelet.Pod with { Uid = "uid-of-another" }, Time.GetUtcNow(), 60 * Minute, "vault");

        Assert.Equal(VolumeError.TokenRefused, PublishFails().Error);

        Assert.Empty(Provider.Fetches);
    }

    [Fact]
    public void Publish_CallerGivesUp_EndsTheFetchAndLeavesNothing()
    {
        using var caller = new CancellationTokenSource();
        Provider.Hangs();
        var publish = StartPublish(caller.Token);
        Assert.True(IsMounted);

        caller.Cancel();
        Settle();

        Assert.True(publish.IsCanceled);
        AssertGone();
    }

    [Fact]
    public void Publish_FilesDoNotFit_ErasesTheBundle()
    {
        SecretBundle? given = null;
        Provider.Gives("one", bundle => given = bundle);
        Break("replace", new VolumeException(VolumeError.Full, "too large"));

        PublishFails();

        Assert.Throws<ObjectDisposedException>(() => given!.Files[0].Content.Expose());
    }

    [Fact]
    public void Publish_SomethingElseStandsAtTheTarget_RefusesAndKeepsNoRecord()
    {
        Provider.Gives("one");
        Kernel.Foreign.Add(Target);

        Assert.Equal(VolumeError.Invalid, PublishFails().Error);

        Assert.Empty(Disk.Records);
        Assert.Empty(Disk.Reminders);
        Assert.DoesNotContain("unmount", Effects);
    }

    [Theory]
    [InlineData("unmount")]
    [InlineData("clear")]
    [InlineData("unremind")]
    public void Publish_UndoingFailsToo_TellsTheFirstFailureAndTheUnpublishTidiesUp(string step)
    {
        Provider.Fails(VolumeError.ProviderDenies);
        Break(step);

        Assert.Equal(VolumeError.ProviderDenies, PublishFails().Error);
        Unpublish();

        AssertGone();
    }

    [Fact]
    public void Publish_ReminderCouldNotBeTakenBack_GoesWithItsFirstTick()
    {
        Provider.Fails(VolumeError.ProviderDenies);
        Break("unremind");
        PublishFails();
        Assert.Single(Disk.Reminders);

        Advance(60 * Minute);

        AssertGone();
    }

    [Fact]
    public void Publish_Failed_TellsTheObserversOnce()
    {
        var told = new ToldObserver();
        Observers.Add(told);
        Provider.Fails(VolumeError.ProviderDenies, "no");

        PublishFails();

        Assert.Equal(["publish failed: ProviderDenies no"], told.Lines);
    }
}
