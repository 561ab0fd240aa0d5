using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Refresh;
using ActorCsi.Tests.Volumes;

namespace ActorCsi.Tests.Refresh;

/// <summary>What a volume makes of the schedule: when it refreshes, what it waits for, what it refuses, and that it says so.</summary>
public sealed class VolumeRefreshTests : VolumeTest
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Publish_ExpiringContent_IsRefreshedAtSixtyToEightyPercentOfItsLife()
    {
        Serve("one", bundle => bundle with { ExpiresAt = Time.GetUtcNow() + (3 * Hour) });

        Assert.Equal(RefreshCause.Expiry, Published.RefreshCause);
        Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), 1.8 * Hour, 2.4 * Hour);
    }

    [Fact]
    public void Publish_ContentOfAnHour_IsRefreshedSoEarlyThatHalfAnHoursOutageDoesNoHarm()
    {
        Serve("one", bundle => bundle with { ExpiresAt = Time.GetUtcNow() + Hour });

        Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), 23 * Minute, 28 * Minute);
    }

    [Fact]
    public void Publish_ProviderHasAWindow_IsRefreshedThere()
    {
        Serve("one", bundle => bundle with { ExpiresAt = Time.GetUtcNow() + Hour, RefreshWindow = LifeWindow.TwoThirds });

        Assert.Equal(RefreshCause.Expiry, Published.RefreshCause);
        Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), 34 * Minute, 40 * Minute);
    }

    [Fact]
    public void Publish_ClassHasAnInterval_TakesThePlaceOfTheNodes()
    {
        SetClass("actorcsi.io/refresh-interval", "15m");
        Serve("one");

        Assert.Equal(RefreshCause.Interval, Published.RefreshCause);
        Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), 13.5 * Minute, 16.5 * Minute);
    }

    [Fact]
    public void Refresh_TokenHasExpired_WaitsForTheRepublishThatBringsOne()
    {
        Serve("one", bundle => bundle with { ExpiresAt = Time.GetUtcNow() + (2 * Hour) });
        Provider.Gives("two");
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow() + Second); // the token lasts an hour; the refresh falls due later

        Assert.Equal((RefreshCause.Token, "one", 1), (Published.RefreshCause, Content, Provider.Fetches.Count));
        Assert.Equal(VolumeState.Serving, Published.State);
        Kubelet.RenewTokens();
        Publish();

        Assert.Equal(("two", VolumeState.Serving, RefreshCause.Interval), (Content, Published.State, Published.RefreshCause));
    }

    [Fact]
    public void Refresh_TokenDoesNotCome_IsStaleAfterAWhileAndSaysWhy()
    {
        Serve("one", bundle => bundle with { ExpiresAt = Time.GetUtcNow() + (2 * Hour) });
        Provider.Gives("two");
        Advance(1.8 * Hour);

        Assert.Equal((VolumeState.Stale, "one", 1), (Published.State, Content, Provider.Fetches.Count));
        Assert.Contains("expired", Published.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_Fails_SaysSinceWhenTheContentIsStale()
    {
        Serve("one");
        Provider.Fails(VolumeError.ProviderDenies);
        var due = Published.RefreshAt!.Value;
        Advance(due - Time.GetUtcNow() + (10 * Minute));

        Assert.Equal((due, RefreshCause.Retry), (Published.StaleSince, Published.RefreshCause));
        Provider.Gives("two");
        Advance(10 * Minute);
        Assert.Null(Published.StaleSince);
    }

    [Fact]
    public void Refresh_ProviderSaysWhen_IsNotTriedBefore()
    {
        Serve("one");
        Provider.Then((_, _) => throw new VolumeException(VolumeError.ProviderThrottles, "429") { RetryAfter = 10 * Minute }).Gives("two");
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());
        Assert.Equal(VolumeState.Stale, Published.State);

        Advance(10 * Minute - Second);
        Assert.Equal(2, Provider.Fetches.Count);
        Advance(Minute);

        Assert.Equal("two", Content);
    }

    [Fact]
    public void Hold_OfTheClass_KeepsContentUntilResume()
    {
        Serve("one");
        Provider.Gives("two");
        Finish(() => Class.Hold("we are looking into it"));

        Advance(Hour / 2);
        Assert.Equal((RefreshCause.Held, "one", 1), (Published.RefreshCause, Content, Provider.Fetches.Count));
        Finish(() => Class.Resume());
        Advance(2 * Minute);

        Assert.Equal("two", Content);
    }

    [Fact]
    public void Hold_DriverRestarts_IsStillHeld()
    {
        Serve("one");
        Finish(() => Class.Hold("we are looking into it"));

        Restart();
        Advance(Hour / 2);

        Assert.Equal((RefreshCause.Held, 1), (Published.RefreshCause, Provider.Fetches.Count));
    }

    [Fact]
    public void Hold_ClassChanges_IsNotFollowed()
    {
        Serve("one");
        Provider.Gives("two");
        SetClass("actorcsi.io/hold", "true");

        Publish();

        Assert.Equal(("one", RefreshCause.Held), (Content, Published.RefreshCause));
    }

    [Fact]
    public void Hold_ByTheClassItself_IsToldByTheClass()
    {
        SetClass("actorcsi.io/hold", "true");
        ClassHold? hold = null;
        Finish(async () => hold = await Class.Inspect());

        Assert.NotNull(hold);
        Assert.Null(hold.Since);
        Assert.Contains("actorcsi.io/hold", hold.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Hold_RefreshOnDemand_IsDone()
    {
        Serve("one");
        Provider.Gives("two");
        Finish(() => Class.Hold("we are looking into it"));

        Refresh();

        Assert.Equal("two", Content);
    }

    [Fact]
    public void Refresh_ContentLooksWrong_IsRefusedAndTheOldOneStays()
    {
        Serve("one");
        Provider.Gives("");
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());

        Assert.Equal(("one", VolumeState.Stale), (Content, Published.State));
        Assert.Contains("'file' is empty, and was not", Published.Reason!, StringComparison.Ordinal);
        Provider.Gives("two");
        Advance(Minute);
        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Refresh_OlderVersion_IsRefused()
    {
        Serve("one", bundle => bundle with { Objects = [new ObjectVersion("object", "7")] });
        Provider.Gives("two", bundle => bundle with { Objects = [new ObjectVersion("object", "6")] });
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());

        Assert.Equal(("one", VolumeState.Stale), (Content, Published.State));
    }

    [Fact]
    public void Refresh_ContentLooksWrongOnDemandOrUnchecked_IsTaken()
    {
        Serve("one");
        Provider.Gives("");
        Refresh();
        Assert.Equal("", Content);

        SetClass("actorcsi.io/content-check", "off");
        Provider.Gives("two").Gives("");
        Publish();
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow());
        Assert.Equal(("", VolumeState.Serving), (Content, Published.State));
    }

    [Fact]
    public void Refresh_Unchanged_LeavesTheFilesAndIsFresh()
    {
        Serve("one");
        Provider.Then((request, _) => Task.FromResult(new SecretBundle { Files = [], Objects = request.Current, Unchanged = true }));
        var before = Kernel.Mounts[Target].Generation;
        Advance(Published.RefreshAt!.Value - Time.GetUtcNow() + Second);

        Assert.Equal(("one", before, VolumeState.Serving), (Content, Kernel.Mounts[Target].Generation, Published.State));
        Assert.Equal(2, Provider.Fetches.Count);
    }

    [Fact]
    public void Publish_MarkerAskedFor_ChangesExactlyWithTheFiles()
    {
        Kubelet.Spec = Kubelet.Spec with { Attributes = new StringMap([.. Kubelet.Spec.Attributes, new("actorcsi.io/reload-marker", "generation")]) };
        Serve("one");
        var first = Marker;
        Advance(10 * Minute); // refreshes that bring nothing new
        Assert.True(Provider.Fetches.Count > 2);
        Assert.Equal(first, Marker);

        Provider.Gives("two");
        Refresh();

        Assert.NotEqual(first, Marker);
        Restart();
        Assert.Null(Published.Reason);
    }

    private string Marker => Kernel.Mounts[Target].Files["generation"];

    private IClassGrain Class => Grains.GetGrain<IClassGrain>($"{ActorCsi.Tests.Volumes.Kubelet.Pod.Namespace}/{ClassName}");

    private void SetClass(string parameter, string value) => Classes.Set(ClassName, ProviderName, KeyValuePair.Create(parameter, value));

    private void Serve(string content, Func<SecretBundle, SecretBundle>? with = null)
    {
        Provider.Gives(content, with);
        Publish();
    }
}
