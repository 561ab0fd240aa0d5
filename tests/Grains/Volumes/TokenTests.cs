using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Volumes;

/// <summary>What a republish's tokens do to content in place: no token where one is needed is an answer that kubelet repeats, and never costs a file.</summary>
public sealed class TokenTests : VolumeTest
{
    [Fact]
    public void Publish_WithoutTheTokenThatIsNeeded_IsTokenMissingAndTouchesNothing()
    {
        Serve();
        ClearEffects();
        Kubelet.Tokens = null;

        Assert.Equal(VolumeError.TokenMissing, PublishFails().Error);
        Assert.Equal(VolumeError.TokenMissing, PublishFails().Error);

        Assert.Empty(Effects);
        Assert.Equal(("one", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Publish_WithoutTheTokenThatIsNeeded_IsNoReasonToAskSooner()
    {
        Serve(bundle => bundle with { FollowsTokens = true, NeedsNoPolling = true });
        Provider.Fails(VolumeError.ProviderUnavailable);
        Advance(Minute);
        Kubelet.RenewTokens();
        Publish();
        Assert.Equal(VolumeState.Stale, Published.State);
        ClearEffects();
        Kubelet.Tokens = null;

        PublishFails();
        PublishFails();

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_WithoutAToken_TheRefreshThatIsDueStillComesWithTheOldOne()
    {
        Serve();
        Kubelet.Tokens = null;
        Provider.Gives("two");
        Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>("key", "other"));

        Assert.Equal(VolumeError.TokenMissing, PublishFails().Error);

        Assert.Equal("two", Content);
    }

    [Fact]
    public void Publish_WithoutATokenWhereNoneIsNeeded_IsOk()
    {
        Provider.Wants = TokenDemand.Whatever;
        Serve();
        ClearEffects();
        Kubelet.Tokens = null;

        Publish();

        Assert.Empty(Effects);
    }

    [Fact]
    public void Publish_UnreadableTokens_IsOkAndStaleAndKeepsTheOldOnes()
    {
        Serve();
        var due = Published.RefreshAt!.Value;
        Kubelet.Tokens = "{";

        Publish();

        Assert.Equal(("one", VolumeState.Stale), (Content, Published.State));
        Assert.Contains("not valid JSON", Published.Reason!, StringComparison.Ordinal);
        Assert.Equal(due, Published.RefreshAt);
        Provider.Gives("two");
        Advance(due - Time.GetUtcNow());
        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Publish_UnreadableTokensAgainAndAgain_DoNotPutTheRefreshOff()
    {
        Serve();
        Kubelet.Tokens = "{";
        Publish();
        ClearEffects();
        Provider.Gives("two");
        var due = Published.RefreshAt!.Value;

        while (Time.GetUtcNow() < due)
        {
            Publish();
            Assert.Equal(due, Published.RefreshAt);
            Advance(10 * Second);
        }

        Assert.Equal("two", Content);
        Assert.Equal(["fetch", "replace", "write Serving"], Effects.Where(effect => effect != "tidy"));
    }

    [Fact]
    public void Publish_UnreadableTokensOnceAndNothingIsEverDue_RecoversWithTheOldOnes()
    {
        Serve(bundle => bundle with { NeedsNoPolling = true });
        var good = Kubelet.Tokens;
        Kubelet.Tokens = "[]";
        Publish();
        Kubelet.Tokens = good;
        Publish();

        Advance(10 * Minute);

        Assert.Equal((VolumeState.Serving, null), (Published.State, Published.Reason));
    }

    [Fact]
    public void Publish_NewTokensThatTheContentFollows_RenewsAtOnce()
    {
        Serve(bundle => bundle with { FollowsTokens = true, NeedsNoPolling = true });
        Advance(48 * Minute);
        Kubelet.RenewTokens();
        Provider.Gives("two", bundle => bundle with { FollowsTokens = true, NeedsNoPolling = true });

        Publish();

        Assert.Equal("two", Content);
        Assert.Equal(2, Provider.Fetches.Count);
    }

    [Fact]
    public void Publish_NewTokensWhileStale_TriesAtOnce()
    {
        Serve();
        Provider.Fails(VolumeError.TokenRefused);
        Assert.Throws<VolumeException>(Refresh);
        Kubelet.Tokens = PodTokenJson.For(Kubelet.Pod, Time.GetUtcNow(), 2 * 60 * Minute, "vault");
        Provider.Gives("two");

        Publish();

        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Publish_TokensGrewOld_StaysStaleUntilNewOnesCome()
    {
        Serve();
        Advance(63 * Minute); // nobody publishes; for a while a token is waited for
        Assert.Equal((VolumeState.Serving, RefreshCause.Token), (Published.State, Published.RefreshCause));
        Advance(10 * Minute);
        Assert.Equal(("one", VolumeState.Stale), (Content, Published.State));
        Assert.Contains("expired", Published.Reason!, StringComparison.Ordinal);
        Kubelet.RenewTokens();
        Provider.Gives("two");

        Publish();

        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
    }

    private void Serve(Func<SecretBundle, SecretBundle>? with = null)
    {
        Provider.Gives("one", with);
        Publish();
    }
}
