using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gate;

namespace ActorCsi.Tests.Gate;

/// <summary>How the limit gives way and comes back.</summary>
public sealed class AdaptiveLimitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly AdaptiveLimit _limit = new(new ProviderLimits { Concurrency = 64, Chance = () => 0 });

    [Fact]
    public void Start_NobodyHasComplained_NeverWaits()
    {
        for (var i = 0; i < 1000; i++)
            _limit.Start(TimeSpan.Zero);

        Assert.Equal((64, (double?)null, TimeSpan.Zero), (_limit.AtOnce, _limit.Pace, _limit.WaitAt(TimeSpan.Zero)));
    }

    [Fact]
    public void Overload_AgainAndAgain_HalvesWhatIsAskedAtOnceAndStopsAtFour()
    {
        for (var i = 1; i <= 10; i++)
            _limit.Overload(startedAt: i * Second, now: (i + 0.5) * Second);

        Assert.Equal((4, (double?)null), (_limit.AtOnce, _limit.Pace));
    }

    [Fact]
    public void Overload_HeardByManyAtOnce_CountsOnce()
    {
        for (var i = 0; i < 50; i++)
            _limit.Overload(startedAt: Second, now: 2 * Second);

        Assert.Equal(32, _limit.AtOnce);
    }

    [Fact]
    public void Succeed_AfterOverload_AddsOneForEachRound()
    {
        _limit.Overload(Second, 2 * Second);
        for (var i = 0; i < 33; i++)
            _limit.Succeed(3 * Second);

        Assert.Equal(33, _limit.AtOnce);
    }

    [Fact]
    public void Throttle_WithRetryAfter_PausesForThatLong()
    {
        _limit.Throttle(Second, 2 * Second, retryAfter: 10 * Second);

        Assert.Equal(10 * Second, _limit.WaitAt(2 * Second));
        Assert.Equal(TimeSpan.Zero, _limit.WaitAt(12 * Second));
    }

    [Fact]
    public void Throttle_WithAbsurdRetryAfter_IsBelievedForAnHour()
    {
        _limit.Throttle(Second, Second, retryAfter: TimeSpan.FromDays(400));

        Assert.Equal(TimeSpan.FromHours(1), _limit.WaitAt(Second));
    }

    [Fact]
    public void Throttle_AgainAndAgain_PausesTwiceAsLongUpToAMinute()
    {
        var now = TimeSpan.Zero;
        var pauses = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            now += 100 * Second;
            _limit.Throttle(now, now, retryAfter: null);
            pauses.Add(_limit.WaitAt(now).TotalSeconds);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
    }

    [Fact]
    public void Throttle_AgainAndAgainWithAShortRetryAfter_PausesLongerThanItSays()
    {
        for (var i = 1; i <= 6; i++)
            _limit.Throttle(i * 100 * Second, i * 100 * Second, retryAfter: 30 * Second);

        Assert.Equal(32 * Second, _limit.WaitAt(600 * Second));
    }

    [Fact]
    public void Throttle_BusyNode_GoesOnAtHalfOfWhatWasBorne()
    {
        var now = TimeSpan.Zero;
        for (var i = 0; i < 1200; i++) // 20 a second for a minute
            _limit.Succeed(now += Second / 20);

        _limit.Throttle(now, now + (Second / 100), retryAfter: Second);

        Assert.InRange(_limit.Pace!.Value, 9, 11);
    }

    [Fact]
    public void Throttle_NoSuccessInBetween_LeavesThePaceForAfterwards()
    {
        for (var i = 1; i <= 10; i++)
            _limit.Throttle(i * 100 * Second, i * 100 * Second, retryAfter: null);

        Assert.Equal(1, _limit.Pace);
    }

    [Fact]
    public void Throttle_AfterEachSuccess_SlowsDownToWhatIsBorne()
    {
        for (var i = 1; i <= 10; i++)
        {
            _limit.Throttle(i * 100 * Second, i * 100 * Second, retryAfter: null);
            _limit.Succeed((i * 100 + 50) * Second);
        }

        Assert.InRange(_limit.Pace!.Value, 0.02, 0.3);
    }

    [Fact]
    public void Throttle_ByChance_ComesBackALittleLaterThanTheOthers()
    {
        var other = new AdaptiveLimit(new ProviderLimits { Chance = () => 0.5 });
        other.Throttle(Second, Second, retryAfter: 10 * Second);

        Assert.Equal(10.5 * Second, other.WaitAt(Second)); // half of what the pace of one a second leaves between two fetches
    }

    [Fact]
    public void Start_WithAPace_IsEvenlySpaced()
    {
        _limit.Throttle(Second, Second, retryAfter: Second); // a quiet node: 1 a second
        Assert.Equal(TimeSpan.Zero, _limit.WaitAt(2 * Second));

        _limit.Start(2 * Second);

        Assert.Equal(Second, _limit.WaitAt(2 * Second));
    }

    [Fact]
    public void Succeed_WithAPace_LetsItGrowAndIsForgottenInTheEnd()
    {
        _limit.Throttle(Second, Second, retryAfter: Second);
        var (pace, seconds) = (1.0, 0);
        while (_limit.Pace is { } current && seconds++ < 1000)
        {
            pace = current;
            for (var i = 0; i < (int)current; i++)
                _limit.Succeed((seconds + 1) * Second);
        }

        Assert.InRange(seconds, 295, 305); // five minutes without a complaint
        Assert.InRange(pace, 10, 20); // a twentieth more with each second
    }
}
