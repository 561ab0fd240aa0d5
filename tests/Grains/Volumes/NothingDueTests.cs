namespace ActorCsi.Tests.Volumes;

/// <summary>A republish with nothing due costs nothing: one look at the mount, and no call, no write, no change.</summary>
public sealed class NothingDueTests : VolumeTest
{
    public NothingDueTests()
    {
        Provider.Gives("one").Gives("two");
        Publish();
        ClearEffects();
    }

    [Fact]
    public void Publish_Again_TakesOneLook()
    {
        Publish();

        Assert.Empty(Effects);
        Assert.Equal(1, Looks);
    }

    [Fact]
    public void Publish_UntilJustBeforeItIsDue_DoesNothing()
    {
        var due = Published.RefreshAt!.Value;
        while (Time.GetUtcNow() + 30 * Second < due)
        {
            Advance(30 * Second);
            Publish();
        }

        Assert.DoesNotContain("fetch", Effects);
        Assert.Equal("one", Content);
    }

    [Fact]
    public void Publish_ClassReadAgainUnchanged_DoesNothing()
    {
        Classes.Set(ClassName, ProviderName);

        Publish();

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_ClassIsGone_ServesOn()
    {
        Classes.Remove(ClassName);

        Publish();

        Assert.Empty(Effects);
        Assert.Equal(VolumeState.Serving, Published.State);
    }

    [Fact]
    public void Publish_NewTokensThatTheContentDoesNotFollow_AreKeptAndNothingElse()
    {
        Advance(Minute);
        Kubelet.RenewTokens();
        ClearEffects();

        Publish();
        Publish();

        Assert.Equal(["write Serving"], Effects);
    }

    [Fact]
    public void Publish_NewTokens_AreUsedAtTheNextFetch()
    {
        Advance(Minute);
        Kubelet.RenewTokens();
        Publish();

        Refresh();

        Assert.Equal(Time.GetUtcNow() + 60 * Minute, Provider.Fetches[^1].Tokens.All.Single().ExpiresAt);
    }

    [Fact]
    public void Publish_StorageFailsToKeepTheTokens_IsOkAndTheyAreUsedAllTheSame()
    {
        Advance(Minute);
        Kubelet.RenewTokens();
        Break("write Serving");

        Publish();
        Refresh();

        Assert.Equal(Time.GetUtcNow() + 60 * Minute, Provider.Fetches[^1].Tokens.All.Single().ExpiresAt);
    }

    [Fact]
    public void Publish_AfterARestart_DoesNothing()
    {
        Restart();
        ClearEffects();

        Publish();

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_MountVanished_PublishesAnew()
    {
        Kernel.Mounts.Clear();

        Publish();

        Assert.Equal("two", Content);
        Assert.Equal(["clear", "unremind", "remind", "write Asked", "mount", "fetch", "replace", "write Serving"], Effects);
    }
}
