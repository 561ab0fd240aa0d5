using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Sessions;

/// <summary>Identical fetches of one identity that are in flight together are one fetch; each caller has a copy of its own.</summary>
public sealed class InFlightTests : SessionTest
{
    private readonly TaskCompletionSource<SecretBundle> _answer = new();
    private CancellationToken _fetchToken;

    public InFlightTests()
    {
        Provider.Shares = _ => "key";
        Provider.Then((_, cancellationToken) =>
        {
            _fetchToken = cancellationToken;
            return _answer.Task.WaitAsync(cancellationToken);
        });
    }

    [Fact]
    public void Fetch_SameKeyInFlight_AsksOnceAndGivesEachACopy()
    {
        var first = Fetch(volume: "csi-1");
        var second = Fetch(volume: "csi-2");

        Answer();

        Assert.Single(Provider.Fetches);
        Assert.Equal(("one", "one"), (Content(first), Content(second)));
        Bundle(first).Erase();
        Assert.Equal("one", Content(second));
    }

    [Fact]
    public void Fetch_Shared_ErasesTheOriginal()
    {
        var first = Fetch();
        var original = Bundle();

        Answer(original);

        Assert.Equal("one", Content(first));
        Assert.Throws<ObjectDisposedException>(() => original.Files[0].Content.Expose());
    }

    [Fact]
    public void Fetch_OtherKey_AsksForItself()
    {
        Provider.Shares = request => request.Volume.VolumeId;

        Fetch(volume: "csi-1");
        Fetch(volume: "csi-2");

        Assert.Equal(2, Provider.Fetches.Count);
        Answer();
    }

    [Fact]
    public void Fetch_NullKey_NeverShares()
    {
        Provider.Shares = _ => null;

        Fetch(volume: "csi-1");
        Fetch(volume: "csi-2");

        Assert.Equal(2, Provider.Fetches.Count);
        Answer();
    }

    [Fact]
    public void Fetch_OtherIdentity_NeverShares()
    {
        Fetch("web-sa");
        Fetch("other-sa");

        Assert.Equal(["web-sa", "other-sa"], Provider.Fetches.Select(fetch => fetch.Volume.Pod.ServiceAccount));
        Answer();
    }

    [Fact]
    public void Fetch_OneCallerGivesUp_TheOthersGetTheirs()
    {
        using var caller = new CancellationTokenSource();
        var first = Fetch(cancellationToken: caller.Token);
        var second = Fetch();

        caller.Cancel();
        Settle();
        Assert.True(first.IsCompleted);
        Assert.False(_fetchToken.IsCancellationRequested);
        Answer();

        Assert.Equal("one", Content(second));
        Assert.Single(Provider.Fetches);
    }

    [Fact]
    public void Fetch_AllCallersGiveUp_EndsTheFetch()
    {
        using var caller = new CancellationTokenSource();
        var first = Fetch(cancellationToken: caller.Token);
        var second = Fetch(cancellationToken: caller.Token);

        caller.Cancel();
        Settle();

        Assert.True(first.IsCompleted && second.IsCompleted);
        Assert.True(_fetchToken.IsCancellationRequested);
    }

    [Fact]
    public void Fetch_AfterAllGaveUp_AsksAnew()
    {
        using var caller = new CancellationTokenSource();
        Fetch(cancellationToken: caller.Token);
        caller.Cancel();
        Settle();
        Provider.Gives("two");

        var next = Fetch();
        Settle();

        Assert.Equal("two", Content(next));
    }

    [Fact]
    public void Fetch_Fails_ReachesAll()
    {
        var first = Fetch();
        var second = Fetch();

        _answer.SetException(new VolumeException(VolumeError.ProviderDenies, "no, because"));
        Settle();

        Assert.Equal(("no, because", "no, because"), (Failure(first).Message, Failure(second).Message));
        Assert.Single(Provider.Fetches);
    }

    [Fact]
    public void Fetch_AfterOneThatFailed_AsksAnew()
    {
        _answer.SetException(new VolumeException(VolumeError.ProviderDenies, "no, because"));
        Failure(Fetch());
        Provider.Gives("two");

        Assert.Equal("two", Content(Fetch()));
    }

    [Fact]
    public void Fetch_BroughtWhenNobodyWaitsAnyMore_IsErased()
    {
        using var caller = new CancellationTokenSource();
        Fetch(); // the step that the constructor scripted
        var late = new TaskCompletionSource<SecretBundle>();
        Provider.Shares = _ => "late";
        Provider.Then((_, _) => late.Task); // takes no notice of being given up
        var fetch = Fetch(cancellationToken: caller.Token);
        caller.Cancel();
        Settle();
        Assert.True(fetch.IsCompleted);

        var bundle = Bundle();
        late.SetResult(bundle);
        Settle();

        Assert.Throws<ObjectDisposedException>(() => bundle.Files[0].Content.Expose());
        Answer();
    }

    private void Answer(SecretBundle? bundle = null)
    {
        _answer.SetResult(bundle ?? Bundle());
        Settle();
    }
}
