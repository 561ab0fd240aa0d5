using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Sessions;

/// <summary>A provider is waited for only so long, is asked only so much at once, and is left alone while it does not answer.</summary>
public sealed class GateTests : SessionTest
{
    [Fact]
    public void Fetch_NoAnswer_TimesOutAndSaysAfterHowLong()
    {
        Provider.Hangs();
        var fetch = Fetch();

        Advance(Limits.Timeout - Millisecond);
        Assert.False(fetch.IsCompleted);
        Advance(Millisecond);

        Assert.Equal((VolumeError.ProviderUnavailable, "provider 'vault' did not answer within 30 s"), (Failure(fetch).Error, Failure(fetch).Message));
    }

    [Fact]
    public void Fetch_ProviderTakesNoNoticeOfTheTimeOut_IsGivenUpAllTheSameAndItsLateAnswerErased()
    {
        var late = new TaskCompletionSource<SecretBundle>();
        Provider.Then((_, _) => late.Task);
        var fetch = Fetch();

        Advance(Limits.Timeout);
        Assert.Contains("did not answer", Failure(fetch).Message, StringComparison.Ordinal);
        var bundle = Bundle();
        late.SetResult(bundle);

        Assert.Throws<ObjectDisposedException>(() => bundle.Files[0].Content.Expose());
    }

    [Fact]
    public void Fetch_ProviderTakesNoNoticeOfTheCaller_IsGivenUpAllTheSame()
    {
        using var caller = new CancellationTokenSource();
        Provider.Then((_, _) => new TaskCompletionSource<SecretBundle>().Task);
        var fetch = Fetch(cancellationToken: caller.Token);

        caller.Cancel();
        Settle();

        Assert.True(fetch.IsCompleted);
        Assert.IsAssignableFrom<OperationCanceledException>(fetch.Exception?.InnerException);
    }

    [Fact]
    public void Fetch_CallerGivesUp_EndsAtOnce()
    {
        using var caller = new CancellationTokenSource();
        Provider.Hangs();
        var fetch = Fetch(cancellationToken: caller.Token);

        caller.Cancel();
        Settle();

        Assert.IsAssignableFrom<OperationCanceledException>(fetch.Exception?.InnerException);
    }

    [Fact]
    public void Fetch_MoreThanAtOnce_WaitTheirTurnInOrder()
    {
        Limits.Concurrency = 2;
        var answers = new List<TaskCompletionSource<SecretBundle>>();
        Provider.Then((_, _) =>
        {
            answers.Add(new TaskCompletionSource<SecretBundle>());
            return answers[^1].Task;
        });
        var fetches = Enumerable.Range(0, 4).Select(number => Fetch($"sa-{number}")).ToArray();
        Assert.Equal(2, Provider.Fetches.Count);

        answers[1].SetResult(Bundle());
        Settle();

        Assert.Equal(["sa-0", "sa-1", "sa-2"], Provider.Fetches.Select(fetch => fetch.Volume.Pod.ServiceAccount));
        Assert.Equal([false, true, false, false], fetches.Select(fetch => fetch.IsCompleted));
        foreach (var answer in answers.ToArray().Where(answer => !answer.Task.IsCompleted))
            answer.SetResult(Bundle());
        Settle();
        answers[3].SetResult(Bundle());
        Settle();
        Assert.All(fetches, fetch => Content(fetch));
    }

    [Fact]
    public void Fetch_GivenUpWhileItWaitsItsTurn_NeverReachesTheProvider()
    {
        Limits.Concurrency = 1;
        using var caller = new CancellationTokenSource();
        Provider.Hangs();
        var first = Fetch("first");
        var second = Fetch("second", cancellationToken: caller.Token);
        caller.Cancel();
        Settle();
        Assert.True(second.IsCompleted);
        Provider.Gives("one");

        Advance(Limits.Timeout); // the first gives its place up

        Failure(first);
        Assert.Equal("one", Content(Fetch("third")));
        Assert.DoesNotContain(Provider.Fetches, fetch => fetch.Volume.Pod.ServiceAccount == "second");
    }

    [Fact]
    public void Fetch_ProviderDoesNotAnswer_IsLeftAloneForAWhile()
    {
        Provider.Fails(VolumeError.ProviderUnavailable);
        OpenBreaker();
        var asked = Provider.Fetches.Count;

        var refusal = Failure(Fetch());

        Assert.Equal((VolumeError.ProviderUnavailable, "provider 'vault' has not answered lately; it is asked again in 15 s"), (refusal.Error, refusal.Message));
        Assert.Equal(asked, Provider.Fetches.Count);
    }

    [Theory]
    [InlineData(VolumeError.ProviderUnavailable, true)]
    [InlineData(VolumeError.ProviderDenies, false)]
    [InlineData(VolumeError.ProviderFailed, false)]
    [InlineData(VolumeError.TokenRefused, false)]
    [InlineData(VolumeError.NotFound, false)]
    [InlineData(VolumeError.Invalid, false)]
    public void Fetch_FailsOften_OnlyWantOfAnAnswerCounts(VolumeError error, bool counts)
    {
        Provider.Fails(error);
        for (var i = 0; i < 2 * Limits.BreakerFailures; i++)
            Fetch();

        Assert.Equal(counts ? Limits.BreakerFailures : 2 * Limits.BreakerFailures, Provider.Fetches.Count);
    }

    [Fact]
    public void Fetch_TimesOutOften_CountsToo()
    {
        Provider.Hangs();
        for (var i = 0; i < Limits.BreakerFailures; i++)
            Fetch($"sa-{i}");
        Advance(Limits.Timeout);

        Assert.Contains("lately", Failure(Fetch()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_CallersGiveUpOften_SaysNothingOfTheProvider()
    {
        using var callers = new CancellationTokenSource();
        Provider.Hangs();
        for (var i = 0; i < 2 * Limits.BreakerFailures; i++)
            Fetch($"sa-{i}", cancellationToken: callers.Token);
        callers.Cancel();
        Settle();
        Provider.Gives("one");

        Assert.Equal("one", Content(Fetch()));
    }

    [Fact]
    public void Fetch_CallersGiveUpAmongFailures_DoNotKeepTheBreakerFromOpening()
    {
        for (var i = 0; i < Limits.BreakerFailures; i++)
        {
            using var caller = new CancellationTokenSource();
            Provider.Hangs();
            Fetch($"sa-{i}", cancellationToken: caller.Token);
            caller.Cancel();
            Settle();
            Provider.Fails(VolumeError.ProviderUnavailable);
            Failure(Fetch());
        }

        Assert.Contains("lately", Failure(Fetch()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_TheOneThatTriesIsGivenUp_TheProviderIsLeftAloneAsBefore()
    {
        Provider.Fails(VolumeError.ProviderUnavailable);
        OpenBreaker();
        Advance(Limits.BreakerPause);
        using var caller = new CancellationTokenSource();
        Provider.Hangs();
        Fetch(cancellationToken: caller.Token);

        caller.Cancel();
        Settle();
        var asked = Provider.Fetches.Count;

        Assert.Contains("lately", Failure(Fetch()).Message, StringComparison.Ordinal);
        Assert.Equal(asked, Provider.Fetches.Count);
    }

    [Fact]
    public void Fetch_AfterThePause_OneTriesAndSuccessLetsAllThrough()
    {
        Provider.Fails(VolumeError.ProviderUnavailable);
        OpenBreaker();
        Provider.Gives("one");

        Advance(Limits.BreakerPause - Millisecond);
        Failure(Fetch());
        Advance(Millisecond);

        Assert.Equal("one", Content(Fetch()));
        Assert.Equal("one", Content(Fetch()));
    }

    [Fact]
    public void Fetch_AfterThePauseStillDown_IsLeftAloneAgain()
    {
        Provider.Fails(VolumeError.ProviderUnavailable, "down");
        OpenBreaker();
        Advance(Limits.BreakerPause);

        Assert.Equal("down", Failure(Fetch()).Message);
        Assert.Contains("lately", Failure(Fetch()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_FailuresFarApart_DoNotCountTogether()
    {
        Provider.Fails(VolumeError.ProviderUnavailable, "down");
        for (var i = 0; i < 2 * Limits.BreakerFailures; i++)
        {
            Assert.Equal("down", Failure(Fetch()).Message);
            Advance(Limits.BreakerWindow / (Limits.BreakerFailures / 2));
        }
    }

    [Fact]
    public void Fetch_ProviderBreaksOffByItself_IsUnavailable()
    {
        Provider.Then((_, _) => throw new OperationCanceledException());

        Assert.Equal((VolumeError.ProviderUnavailable, "provider 'vault' broke off the fetch"), (Failure(Fetch()).Error, Failure(Fetch()).Message));
    }

    private void OpenBreaker()
    {
        for (var i = 0; i < Limits.BreakerFailures; i++)
            Failure(Fetch());
    }
}
