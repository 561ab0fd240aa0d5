using ActorCsi.Grains.Refresh;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Refresh;

/// <summary>When content is asked for again, and why then.</summary>
public sealed class RefreshScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Tick = new(1);
    private static readonly JitterSeed Seed = JitterSeed.OfVolume("volume");
    private static readonly RefreshPolicy OfNode = new(TimeSpan.FromMinutes(2), IntervalIsOfClass: false);
    private static readonly RefreshPolicy OfClass = new(TimeSpan.FromMinutes(2), IntervalIsOfClass: true);

    private static readonly Gen<(TimeSpan Life, string Name, DateTimeOffset FetchedAt)> Lives =
        from seconds in Gen.Choose(2, 90 * 24 * 3600)
        from name in Gen.Choose(0, int.MaxValue)
        from at in Gen.Choose(0, int.MaxValue)
        select (TimeSpan.FromSeconds(seconds), $"volume-{name}", Noon.AddSeconds(at));

    [Fact]
    public void Next_ExpiringContent_IsAtSixtyToEightyPercentOfItsLife() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Lives.ToArbitrary(), drawn =>
        {
            var next = RefreshSchedule.Next(new Freshness(drawn.FetchedAt, drawn.FetchedAt + drawn.Life, null, MayChange: true), OfNode, JitterSeed.OfVolume(drawn.Name));

            var share = (next.At!.Value - drawn.FetchedAt) / drawn.Life;
            return next.Cause == RefreshCause.Expiry && share >= 0.6 - 1e-6 && share <= 0.8 + 1e-6;
        }));

    [Fact]
    public void Next_WindowOfTheClass_IsKept() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Lives.ToArbitrary(), drawn =>
        {
            var next = RefreshSchedule.Next(new Freshness(drawn.FetchedAt, drawn.FetchedAt + drawn.Life, null, true), OfNode with { Window = new LifeWindow(0.3, 0.45) }, JitterSeed.OfVolume(drawn.Name));

            return next.At >= drawn.FetchedAt + RefreshSchedule.ShortestPause && (next.At!.Value - drawn.FetchedAt) <= Longer(drawn.Life * 0.451, RefreshSchedule.ShortestPause);
        }));

    [Fact]
    public void Next_OutageAllowance_IsLeftOfALifeThatIsTwiceAsLong() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Lives.ToArbitrary(), drawn =>
        {
            var next = RefreshSchedule.Next(new Freshness(drawn.FetchedAt, drawn.FetchedAt + drawn.Life, null, true), OfNode with { OutageAllowance = HalfAnHour }, JitterSeed.OfVolume(drawn.Name));

            var (passed, left) = (next.At!.Value - drawn.FetchedAt, drawn.FetchedAt + drawn.Life - next.At.Value);
            return (drawn.Life < 2 * HalfAnHour || left >= HalfAnHour + (2 * Minute) - Tick)
                && passed >= drawn.Life * 0.375 - Tick
                && passed <= Longer(drawn.Life * 0.8 + Tick, RefreshSchedule.ShortestPause);
        }));

    [Theory]
    [InlineData(24 * 60, 60, 80)] // so long that the allowance is left anyway
    [InlineData(160, 60, 80)]
    [InlineData(120, 60, 73.33)]
    [InlineData(90, 53.70, 64.44)]
    [InlineData(60, 38.89, 46.67)]
    [InlineData(40, 37.5, 45)] // so short that it cannot be left
    [InlineData(5, 37.5, 45)]
    public void Leaving_HalfAnHour_MovesTheWindowNoFurtherThanItMust(int lifeMinutes, double earliest, double latest)
    {
        var window = LifeWindow.Default.Leaving(HalfAnHour, lifeMinutes * Minute);

        Assert.Equal((earliest, latest), (Math.Round(window.Earliest * 100, 2), Math.Round(window.Latest * 100, 2)));
    }

    [Fact]
    public void Next_WindowOfTheProvider_IsNotMovedByTheNodesAllowance()
        => Assert.InRange(ShareOf(OfNode with { OutageAllowance = HalfAnHour }, LifeWindow.TwoThirds), (2.0 / 3) - 0.1, 2.0 / 3);

    [Fact]
    public void Next_WindowOfTheClass_GoesBeforeTheProviders()
        => Assert.InRange(ShareOf(OfNode with { OutageAllowance = HalfAnHour, Window = new LifeWindow(0.85, 0.9) }, LifeWindow.TwoThirds), 0.85, 0.9);

    [Fact]
    public void Next_AllowanceOfTheClass_MovesAnyWindow()
    {
        var policy = OfNode with { OutageAllowance = HalfAnHour, AllowanceIsOfClass = true };

        Assert.InRange(ShareOf(policy, LifeWindow.TwoThirds), 0.38, 0.47);
        Assert.InRange(ShareOf(policy with { Window = new LifeWindow(0.85, 0.9) }), 0.38, 0.47);
    }

    private static double ShareOf(RefreshPolicy policy, LifeWindow? ofProvider = null)
        => (RefreshSchedule.Next(new Freshness(Noon, Noon.AddHours(1), null, true) { ProviderWindow = ofProvider }, policy, Seed).At!.Value - Noon) / TimeSpan.FromHours(1);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [Fact]
    public void Next_ContentWithoutEnd_IsAtTheIntervalATenthMoreOrLess() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Lives.ToArbitrary(), drawn =>
        {
            var next = RefreshSchedule.Next(new Freshness(drawn.FetchedAt, null, null, MayChange: true), new RefreshPolicy(drawn.Life, false), JitterSeed.OfVolume(drawn.Name));

            var share = (next.At!.Value - drawn.FetchedAt) / drawn.Life;
            return next.Cause == RefreshCause.Interval && share >= 0.9 - 1e-6 && share <= 1.1 + 1e-6;
        }));

    [Fact]
    public void Next_SameFactsAgain_IsTheSamePlan() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Lives.ToArbitrary(), drawn =>
        {
            var content = new Freshness(drawn.FetchedAt, drawn.FetchedAt + drawn.Life, null, true);
            return RefreshSchedule.Next(content, OfNode, JitterSeed.OfVolume(drawn.Name)) == RefreshSchedule.Next(content, OfNode, JitterSeed.OfVolume(new string([.. drawn.Name])));
        }));

    [Fact]
    public void Next_ManyVolumesOfOneSecond_FillTheirWindow()
    {
        var tenths = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            var next = RefreshSchedule.Next(new Freshness(Noon, Noon.AddHours(1), null, true), OfNode, JitterSeed.OfVolume($"csi-{i}"));
            tenths[(int)((((next.At!.Value - Noon) / TimeSpan.FromHours(1)) - 0.6) * 50)]++;
        }

        Assert.All(tenths, count => Assert.InRange(count, 200, 1400)); // fewer at the edges: the lasting part and the part drawn anew are added
    }

    [Fact]
    public void Next_ThousandCertificatesOfOneSecond_AreRenewedOverTheirWholeWindow()
    {
        var seconds = new int[360]; // a tenth of an hour
        for (var i = 0; i < 1000; i++)
        {
            var next = RefreshSchedule.Next(new Freshness(Noon, Noon.AddHours(1), null, false) { ProviderWindow = LifeWindow.TwoThirds }, OfNode, JitterSeed.OfVolume($"csi-{i}"));
            seconds[(int)(next.At!.Value - Noon.AddMinutes(34)).TotalSeconds]++;
        }

        Assert.All(seconds, count => Assert.InRange(count, 0, 15));
        Assert.All(seconds.Chunk(36).Skip(1).SkipLast(1), tenth => Assert.InRange(tenth.Sum(), 40, 180));
    }

    [Fact]
    public void Share_OfASharedBundle_IsDrawnAnewEachTimeAndTheSameForAll()
    {
        var shares = Enumerable.Range(0, 1000).Select(i => JitterSeed.OfBundle("session").Share(Noon.AddMinutes(i))).ToArray();

        Assert.Equal(shares, Enumerable.Range(0, 1000).Select(i => JitterSeed.OfBundle("session").Share(Noon.AddMinutes(i))));
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(shares.Count(share => (int)(share * 10) == tenth), 50, 150));
    }

    [Fact]
    public void Next_NoIntervalAndNoEnd_IsNever()
        => Assert.Equal(PlannedRefresh.Never, RefreshSchedule.Next(new Freshness(Noon, null, null, true), new RefreshPolicy(null, false), Seed));

    [Fact]
    public void Next_ContentThatCannotChange_IsNotPolled()
        => Assert.Equal(PlannedRefresh.Never, RefreshSchedule.Next(new Freshness(Noon, null, null, MayChange: false), OfClass, Seed));

    [Fact]
    public void Next_ProviderSaysWhen_IsThen()
    {
        var wish = Noon.AddMinutes(7);

        Assert.Equal(new PlannedRefresh(wish, RefreshCause.Provider), RefreshSchedule.Next(new Freshness(Noon, Noon.AddHours(1), wish, true), OfNode, Seed));
    }

    [Fact]
    public void Next_ExpiringContentAndIntervalOfTheNode_IsNotPolled()
        => Assert.Equal(RefreshCause.Expiry, RefreshSchedule.Next(new Freshness(Noon, Noon.AddDays(1), null, true), OfNode, Seed).Cause);

    [Fact]
    public void Next_ExpiringContentAndIntervalOfTheClass_IsTheEarlier()
    {
        Assert.Equal(RefreshCause.Interval, RefreshSchedule.Next(new Freshness(Noon, Noon.AddDays(1), null, true), OfClass, Seed).Cause);
        Assert.Equal(RefreshCause.Expiry, RefreshSchedule.Next(new Freshness(Noon, Noon.AddMinutes(1), null, true), OfClass, Seed).Cause);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(0)]
    [InlineData(1)]
    public void Next_ContentBornOld_IsAfterAPauseAllTheSame(int secondsToLive)
        => Assert.Equal(Noon + RefreshSchedule.ShortestPause, RefreshSchedule.Next(new Freshness(Noon, Noon.AddSeconds(secondsToLive), null, true), OfNode, Seed).At);

    [Fact]
    public void WaitForToken_TokenIsGood_GoesOn()
        => Assert.Null(RefreshSchedule.WaitForToken(Noon, Noon.AddMinutes(2), Noon.AddHours(1), isWaiting: false));

    [Fact]
    public void WaitForToken_TokenExpired_WaitsForTheRepublish()
        => Assert.Equal(new PlannedRefresh(Noon + RefreshSchedule.TokenPatience, RefreshCause.Token),
            RefreshSchedule.WaitForToken(Noon, Noon.AddMinutes(-1), Noon.AddHours(1), isWaiting: false));

    [Fact]
    public void WaitForToken_TokenExpiresDuringTheLogin_Waits()
        => Assert.NotNull(RefreshSchedule.WaitForToken(Noon, Noon.AddSeconds(5), null, isWaiting: false));

    [Fact]
    public void WaitForToken_ContentEndsSooner_WaitsNoLongerThanThat()
        => Assert.Equal(Noon.AddMinutes(1), RefreshSchedule.WaitForToken(Noon, Noon, Noon.AddMinutes(1), isWaiting: false)!.Value.At);

    [Fact]
    public void WaitForToken_WaitedLongEnough_GoesOnAndTells()
        => Assert.Null(RefreshSchedule.WaitForToken(Noon, Noon.AddMinutes(-6), null, isWaiting: true));
}
