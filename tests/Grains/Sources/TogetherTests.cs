using ActorCsi.Grains.Providers;
using ActorCsi.Tests.Volumes;

namespace ActorCsi.Tests.Sources;

/// <summary>The files of all sources land together, or not at all.</summary>
public sealed class TogetherTests : SourcesTest
{
    [Fact]
    public void Publish_AllGive_OneSwapShowsAll()
    {
        Vault.Gives("one");
        Aws.Gives("two");

        Publish();

        Assert.Equal("a/file=two v/file=one", Files);
        Assert.Single(Effects, "replace");
        Assert.Equal([new ObjectVersion("vault/object", "one"), new ObjectVersion("aws/object", "two")], Published.Objects.ToArray());
        Assert.Equal("sources", Published.Provider);
        Assert.Equal([("vault", "vault", 1), ("aws", "aws", 1)], Reported.Select(source => (source.Name, source.Provider, source.Files)));
    }

    [Fact]
    public void Publish_OneFails_NothingIsThereAndItIsNamed()
    {
        Vault.Gives("one");
        Aws.Fails(VolumeError.ProviderDenies, "no, because");

        var failure = PublishFails();

        Assert.Equal((VolumeError.ProviderDenies, "source 'aws': no, because"), (failure.Error, failure.Message));
        AssertGone();
    }

    [Fact]
    public void Publish_SeveralFail_AllAreToldAndTheConsideredNoCounts()
    {
        Vault.Fails(VolumeError.ProviderUnavailable, "sealed");
        Aws.Fails(VolumeError.NotFound, "no such secret");

        var failure = PublishFails();

        Assert.Equal((VolumeError.NotFound, "source 'vault': sealed; source 'aws': no such secret"), (failure.Error, failure.Message));
    }

    [Fact]
    public void Refresh_OneFails_KeepsAllOldFilesAndSaysWhich()
    {
        Vault.Gives("one").Gives("one b");
        Aws.Gives("two").Fails(VolumeError.ProviderUnavailable, "away");
        Publish();

        Advance(PollInterval * 1.2);

        Assert.Equal(("a/file=two v/file=one", VolumeState.Stale, "source 'aws': away"), (Files, Published.State, Published.Reason));
    }

    [Fact]
    public void Refresh_TheOneThatFailedIsBack_NewFilesOfBothLandTogether()
    {
        Vault.Gives("one").Gives("one b");
        Aws.Gives("two").Fails(VolumeError.ProviderUnavailable).Gives("two b");
        Publish();

        Advance(PollInterval * 1.2);

        Assert.Equal(("a/file=two b v/file=one b", VolumeState.Serving), (Files, Published.State));
        Assert.Equal((2, 3), Asked); // what vault gave was put aside until aws was back
        Assert.Equal(2, Effects.Count(effect => effect == "replace"));
    }

    [Fact]
    public void Publish_CrashWhileOneSourceIsAsked_NothingIsThereUntilBothHaveGiven()
    {
        Vault.Gives("one");
        Aws.Hangs().Gives("two");
        StartPublish();
        Settle();
        Assert.Equal((1, 1), Asked);

        Restart();
        AssertGone();

        Publish();
        Assert.Equal("a/file=two v/file=one", Files);
    }

    [Fact]
    public void Refresh_CrashWhileOneSourceIsAsked_OldFilesOfBothUntilBothHaveGiven()
    {
        Vault.Gives("one").Gives("one b");
        Aws.Gives("two").Hangs().Gives("two b");
        Publish();
        Start(() => Volume.Refresh(CancellationToken.None));
        Settle();
        Assert.Equal((2, 2), Asked);

        Restart();
        Assert.Equal(("a/file=two v/file=one", VolumeState.Serving), (Files, Published.State));

        Refresh();
        Assert.Equal("a/file=two b v/file=one b", Files);
    }

    [Theory]
    [InlineData("replace", "a/file=two v/file=one")]
    [InlineData("written", "a/file=two v/file=one")]
    [InlineData("swapped", "a/file=two b v/file=one b")]
    public void Refresh_CrashWhileFilesAreWritten_AllAreOldOrAllAreNew(string step, string expected)
    {
        Vault.Gives("one").Gives("one b");
        Aws.Gives("two").Gives("two b");
        Publish();
        DieAt(step);
        Start(() => Volume.Refresh(CancellationToken.None));
        Settle();

        Restart();

        Assert.Equal(expected, Files);
    }

    [Fact]
    public void Unpublish_PartsPutAside_AreErased()
    {
        SecretBundle? second = null;
        Vault.Gives("one").Gives("one b", bundle => second = bundle);
        Aws.Gives("two").Fails(VolumeError.ProviderDenies);
        Publish();
        Advance(PollInterval * 1.2);
        Assert.Equal("one b", second!.Files[0].Content.ExposeText());

        Unpublish();

        Assert.Throws<ObjectDisposedException>(() => second.Files[0].Content.ExposeText());
    }

    [Theory]
    [InlineData("- {provider: vault}\n- {provider: aws}", "both make a file \"file\"")]
    [InlineData("- {provider: vault}\n- {provider: aws, directory: file}", "\"file\" is a file of the one and a directory of the other")]
    public void Publish_PathsClash_IsRefusedAtTheClass(string sources, string why)
    {
        SetSources(sources);
        Vault.Gives("one");
        Aws.Gives("two");

        var failure = PublishFails();

        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("SecretProviderClass default/class: the sources 'vault' and 'aws' of parameters.sources", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        AssertGone();
    }

    [Fact]
    public void Publish_OneWritesItsFilesItself_IsRefused()
    {
        Vault.Gives("one", bundle => bundle with { Files = [], WrittenByProvider = true });
        Aws.Gives("two");

        Assert.Contains("source 'vault': provider 'vault' writes its files itself", PublishFails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Publish_EachSource_SeesOnlyTheTokensThatItDemands()
    {
        Vault.Gives("one");
        Aws.Gives("two");

        Publish();

        Assert.Equal(["vault"], Vault.Fetches[0].Tokens.All.Select(token => token.Audience));
        Assert.Equal(["sts"], Aws.Fetches[0].Tokens.All.Select(token => token.Audience));
    }

    [Fact]
    public void Publish_ATokenIsMissing_TheSourceThatNeedsItIsNamed()
    {
        Kubelet.Tokens = Fakes.PodTokenJson.For(Kubelet.Pod, Time.GetUtcNow(), TimeSpan.FromHours(1), "vault");
        Vault.Gives("one");
        Aws.Gives("two");

        var failure = PublishFails();

        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.StartsWith("source 'aws': no token for audience 'sts'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Aws.Fetches);
    }

    [Fact]
    public void Publish_OneStartsFromACopy_TheVolumeIsStaleFromItsStartAndAsksThatOneAgain()
    {
        Vault.Gives("one");
        Aws.Then((_, _) => Task.FromResult(Bundle("two") with { FetchedAt = Time.GetUtcNow() - Minute, StaleBecause = "away" })).Gives("two b");

        Publish();
        Assert.Equal(("a/file=two v/file=one", VolumeState.Stale), (Files, Published.State));
        Assert.Contains("source 'aws': away", Published.Reason, StringComparison.Ordinal);

        Advance(Minute);
        Assert.Equal(("a/file=two b v/file=one", VolumeState.Serving), (Files, Published.State));
        Assert.Equal((1, 2), Asked);
    }
}
