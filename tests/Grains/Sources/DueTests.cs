using ActorCsi.Grains.Providers;
using ActorCsi.Tests.Volumes;

namespace ActorCsi.Tests.Sources;

/// <summary>Each source has its own schedule: the volume comes when the first is due, and only what is due is asked for.</summary>
public sealed class DueTests : SourcesTest
{
    public DueTests()
    {
        SetSources("""
            - {provider: vault, directory: v, parameters: {actorcsi.io/refresh-interval: 10m}}
            - {provider: aws, directory: a, parameters: {actorcsi.io/refresh-interval: 60m}}
            """);
        Vault.Gives("one").Gives("one b");
        Aws.Gives("two").Gives("two b");
    }

    [Fact]
    public void Refresh_OneIsDue_TheOtherIsNotAskedAndItsFilesStay()
    {
        Publish();

        Advance(12 * Minute);

        Assert.Equal(((2, 1), "a/file=two v/file=one b"), (Asked, Files));
        Assert.Equal(RefreshCause.Interval, Published.RefreshCause);
    }

    [Fact]
    public void Refresh_AfterARestart_StillOnlyWhatIsDueIsAsked()
    {
        Publish();
        Restart();
        Assert.Equal((1, 1), Asked);

        Advance(12 * Minute);

        Assert.Equal(((2, 1), "a/file=two v/file=one b"), (Asked, Files));
    }

    [Fact]
    public void Refresh_OnDemand_AsksAll()
    {
        Publish();

        Refresh();

        Assert.Equal(((2, 2), "a/file=two b v/file=one b"), (Asked, Files));
    }

    [Fact]
    public void Refresh_WhatIsInPlaceIsGone_IsAskedForAgain()
    {
        Publish();
        Kernel.Mounts[Target].Files = Kernel.Mounts[Target].Files.Remove("a/file");

        Advance(12 * Minute);

        Assert.Equal(((2, 2), "a/file=two b v/file=one b"), (Asked, Files));
    }

    [Fact]
    public void Refresh_OneSaysUnchanged_ItsFilesStay()
    {
        var vault = Vault.Then((request, _) => Task.FromResult(new SecretBundle { Files = [], Objects = request.Current, Unchanged = true }));
        Publish();
        Advance(12 * Minute); // one b

        Advance(12 * Minute);

        Assert.Equal(3, vault.Fetches.Count);
        Assert.Equal([new ObjectVersion("object", "one b")], vault.Fetches[2].Current.ToArray());
        Assert.Equal(("a/file=two v/file=one b", VolumeState.Serving), (Files, Published.State));
    }

    [Fact]
    public void Refresh_NewTokens_OnlyWhatShowsThemIsAsked()
    {
        SetSources("- {provider: scripted, directory: s}\n- {provider: vault, directory: v, parameters: {actorcsi.io/refresh-interval: 60m}}");
        Provider.Gives("token 1", AsTokens).Gives("token 2", AsTokens);
        Publish();
        Advance(30 * Minute);
        Assert.Equal((1, 1), (Provider.Fetches.Count, Vault.Fetches.Count));

        Kubelet.RenewTokens();
        Publish();

        Assert.Equal((2, 1), (Provider.Fetches.Count, Vault.Fetches.Count));
        Assert.Equal("s/file=token 2 v/file=one", Files);

        SecretBundle AsTokens(SecretBundle bundle) => bundle with { ExpiresAt = Time.GetUtcNow() + TimeSpan.FromHours(1), NeedsNoPolling = true, FollowsTokens = true };
    }

    [Fact]
    public void Refresh_TheTokenOfOneHasExpired_AnotherIsRenewedAllTheSame()
    {
        SetSources("- {provider: vault, directory: v, parameters: {actorcsi.io/refresh-interval: 3h}}\n- {provider: aws, directory: a, parameters: {actorcsi.io/refresh-interval: 2h}}");
        Aws.Wants = TokenDemand.None;
        Publish();

        Advance(TimeSpan.FromHours(2.3)); // kubelet brings no tokens, and those that there were are good for an hour

        Assert.Equal(((1, 2), "a/file=two b v/file=one", VolumeState.Serving), (Asked, Files, Published.State));
    }

    [Fact]
    public void Republish_NothingDue_CostsNothing()
    {
        Publish();
        ClearEffects();

        Publish();

        Assert.Empty(Effects);
        Assert.Equal((1, 1), Asked);
    }

    [Fact]
    public void FollowClass_OneSourceChanged_OnlyThatIsAsked()
    {
        Publish();
        SetSources("""
            - {provider: vault, directory: v, parameters: {actorcsi.io/refresh-interval: 10m}}
            - {provider: aws, directory: a, parameters: {actorcsi.io/refresh-interval: 60m, region: eu}}
            """);

        Publish();

        Assert.Equal(((1, 2), "a/file=two b v/file=one"), (Asked, Files));
    }

    [Fact]
    public void FollowClass_OneSourceLost_ItsProviderIsToldAndItsFilesGo()
    {
        Publish();
        SetSources("""- {provider: vault, directory: v, parameters: {actorcsi.io/refresh-interval: 10m}}""");

        Publish();

        Assert.Equal("v/file=one", Files);
        Assert.Equal(["csi-web-0/aws"], Aws.Released);
        Assert.Empty(Vault.Released);
    }

    [Fact]
    public void FollowClass_OneSourceLostAndItsPluginWithIt_TheOthersGoOn()
    {
        Publish();
        Aws.IsGone = true;
        SetSources("- {provider: vault, directory: v, parameters: {actorcsi.io/refresh-interval: 10m}}");

        Publish();

        Assert.Equal(("v/file=one", VolumeState.Serving), (Files, Published.State));
    }

    [Fact]
    public void Publish_OtherSecrets_AsksAll()
    {
        Kubelet.Secrets = [("password", "a")];
        Publish();
        Kubelet.Secrets = [("password", "b")];

        Publish();

        Assert.Equal((2, 2), Asked);
        Assert.Equal("b", Aws.Fetches[1].NodePublishSecrets[0].Value.ExposeText());
    }

    [Fact]
    public void Fetch_IntervalOfTheClass_CountsForSourcesWithoutOne()
    {
        SetSources("""
            - {provider: vault, directory: v}
            - {provider: aws, directory: a, parameters: {actorcsi.io/refresh-interval: 60m}}
            """, ("actorcsi.io/refresh-interval", "5m"));
        Publish();

        Advance(6 * Minute);

        Assert.Equal((2, 1), Asked);
    }
}
