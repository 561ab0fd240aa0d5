namespace ActorCsi.Tests.Volumes;

/// <summary>A republish renews what is due, and is OK whatever comes of it: content in place is never put at risk and never denied.</summary>
public sealed class RepublishTests : VolumeTest
{
    public RepublishTests() => Provider.Gives("one");

    [Fact]
    public void Publish_ClassChanged_Renews()
    {
        Publish();
        Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>("key", "other"));
        Provider.Gives("two");

        Publish();

        Assert.Equal("two", Content);
        Assert.Equal("other", Provider.Fetches[^1].Class.Parameters["key"]);
        Assert.Empty(Provider.Fetches[^1].Current); // of what is asked now it has nothing
    }

    [Fact]
    public void Refresh_SameClass_TellsTheProviderWhatIsThere()
    {
        Publish();

        Refresh();

        Assert.Equal<ObjectVersion>([new("object", "one")], Provider.Fetches[^1].Current);
    }

    [Fact]
    public void Publish_SameContentAgain_KeepsTheGeneration()
    {
        Publish();
        var (generation, servedAt) = (Kernel.Mounts[Target].Generation, Published.ServedAt);
        Advance(Minute);
        ChangeClass();

        Publish();

        Assert.Equal(2, Provider.Fetches.Count);
        Assert.Equal((generation, servedAt, 1L), (Kernel.Mounts[Target].Generation, Published.ServedAt, Published.Generation));
    }

    [Theory]
    [MemberData(nameof(FailedFirstPublishTests.Errors), MemberType = typeof(FailedFirstPublishTests))]
    public void Publish_ProviderSaysNo_IsOkAndStaleAndSaysWhy(VolumeError error)
    {
        Publish();
        var mount = Kernel.Mounts[Target];
        var generation = mount.Generation;
        ChangeClass();
        Provider.Fails(error, "no, because");

        Publish();

        Assert.Equal(("one", generation), (Content, mount.Generation));
        Assert.Same(mount, Kernel.Mounts[Target]);
        Assert.Equal((VolumeState.Stale, "no, because"), (Published.State, Published.Reason));
        Assert.Equal("no, because", Usage()!.Stale);
    }

    [Fact]
    public void Publish_ProviderBreaks_IsOkAndStaleWithoutItsWords()
    {
        Publish();
        ChangeClass();
        Provider.Then((_, _) => throw new InvalidOperationException("canary"));

        Publish();

        Assert.Equal("one", Content);
        Assert.Equal(VolumeState.Stale, Published.State);
        Assert.DoesNotContain("canary", Published.Reason!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replace")]
    [InlineData("written")]
    public void Publish_FilesCannotBeWritten_IsOkAndStaleWithTheOldFiles(string step)
    {
        Publish();
        ChangeClass();
        Provider.Gives("two");
        Break(step, new VolumeException(VolumeError.Full, "no space"));

        Publish();

        Assert.Equal("one", Content);
        Assert.Equal((VolumeState.Stale, "no space"), (Published.State, Published.Reason));
        Assert.Equal(0, Kernel.Mounts[Target].Orphans);
    }

    [Fact]
    public void Publish_SwapMadeAndThenAFailure_IsOkWithTheNewFiles()
    {
        Publish();
        ChangeClass();
        Provider.Gives("two");
        Break("swapped");

        Publish();
        ClearEffects();
        Publish(); // what readers see is known by now

        Assert.Equal("two", Content);
        Assert.DoesNotContain("mount", Effects);
    }

    [Fact]
    public void Publish_RecordCannotBeWritten_IsOkAndFresh()
    {
        Publish();
        ChangeClass();
        Provider.Gives("two");
        Break("write Serving");

        Publish();

        Assert.Equal("two", Content);
        Assert.Equal((VolumeState.Serving, null), (Published.State, Published.Reason));
        Restart();
        Publish();
        Assert.Equal("two", Content);
    }

    [Fact]
    public void Publish_Stale_WaitsForItsNextTry()
    {
        Publish();
        ChangeClass();
        Provider.Fails(VolumeError.ProviderUnavailable);
        Publish();
        ClearEffects();

        Publish();
        Publish();

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_StaleAndThenTheClassIsMended_TriesAtOnce()
    {
        Publish();
        ChangeClass();
        Provider.Fails(VolumeError.Invalid);
        Publish();
        ChangeClass();
        Provider.Gives("two");

        Publish();

        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
        Assert.Null(Published.Reason);
    }

    [Fact]
    public void Publish_CallerGivesUpARefresh_SaysNothingOfTheContentAndTheTimerGoesOn()
    {
        Kubelet.Secrets = [("password", "old")];
        Publish();
        using var caller = new CancellationTokenSource();
        Kubelet.Secrets = [("password", "new")];
        Provider.Hangs();
        StartPublish(caller.Token);
        Provider.Gives("two");

        caller.Cancel();
        Settle();
        Assert.Equal(VolumeState.Serving, Published.State);
        Advance(Millisecond);

        Assert.Equal("two", Content);
    }

    [Fact]
    public void Publish_SecretsChanged_Renews()
    {
        Kubelet.Secrets = [("password", "old")];
        Publish();
        Kubelet.Secrets = [("password", "new")];
        Provider.Gives("two");

        Publish();

        Assert.Equal("two", Content);
        Assert.Equal("new", Provider.Fetches[^1].NodePublishSecrets.Single().Value.ExposeText());
    }

    [Fact]
    public void Publish_GroupIsNew_IsGivenToTheFilesAtOnce()
    {
        Publish();
        Kubelet.Spec = Kubelet.Spec with { FsGroup = 2000, AccessMode = "SINGLE_NODE_MULTI_WRITER" };

        Publish();
        Assert.Equal(2000u, Kernel.Mounts[Target].FsGroup);
        ClearEffects();
        Publish();

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_AccessModeSpeltAnotherWay_IsRememberedAndNothingElse()
    {
        Publish();
        ClearEffects();
        Kubelet.Spec = Kubelet.Spec with { AccessMode = "SINGLE_NODE_MULTI_WRITER" };

        Publish();
        Publish();

        Assert.Equal(["write Serving"], Effects);
    }

    [Fact]
    public void Publish_Renewed_TellsTheObserversWhatChanged()
    {
        var told = new ToldObserver();
        Observers.Add(told);
        Publish();
        Publish();
        ChangeClass();
        Provider.Fails(VolumeError.ProviderDenies, "no");
        Publish();
        ChangeClass();
        Provider.Gives("two");
        Publish();
        Unpublish();

        Assert.Equal(
            ["served: Content, Objects, Class, First", "grew stale: ProviderDenies no", "served: Content, Objects, Class, Recovered", "unpublished"], told.Lines);
    }

    private void ChangeClass() => Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>("number", $"{Provider.Fetches.Count}"));
}
