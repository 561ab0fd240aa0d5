namespace ActorCsi.Tests.Runtime;

/// <summary>The clock that the other tests rely on.</summary>
public sealed class VirtualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTime _time = new();
    private readonly List<string> _events = [];

    [Fact]
    public void Advance_FiresInTheOrderOfDueTimesThenOfArming()
    {
        Arm("late", 3 * Second);
        Arm("first", Second);
        Arm("second", Second);

        _time.Advance(2 * Second);
        Assert.Equal(["first at 1", "second at 1"], _events);
        _time.Advance(Second);
        Assert.Equal("late at 3", _events[^1]);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Advance_FiresWhatCallbacksArm()
    {
        _time.CreateTimer(_ => Arm("inner", Second), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(2 * Second);

        Assert.Equal(["inner at 2"], _events);
    }

    [Fact]
    public void Timer_WithPeriod_FiresAgainAndAgain()
    {
        var timer = Arm("tick", Second, 2 * Second);

        _time.Advance(6 * Second);
        timer.Dispose();
        _time.Advance(6 * Second);

        Assert.Equal(["tick at 1", "tick at 3", "tick at 5"], _events);
        Assert.False(timer.Change(Second, Second));
    }

    [Fact]
    public void Timer_DueNow_FiresWithTheNextAdvanceOnly()
    {
        Arm("now", TimeSpan.Zero);
        Assert.Empty(_events);

        _time.Advance(TimeSpan.Zero);

        Assert.Equal(["now at 0"], _events);
    }

    [Fact]
    public void Timestamps_CountInTheirOwnFrequency()
    {
        var begin = _time.GetTimestamp();
        _time.Advance(10 * Second);

        Assert.Equal(10 * _time.TimestampFrequency, _time.GetTimestamp() - begin);
        Assert.Equal(10 * Second, _time.GetElapsedTime(begin));
        Assert.NotEqual(0, begin);
        Assert.NotEqual(TimeSpan.TicksPerSecond, _time.TimestampFrequency);
    }

    [Fact]
    public async Task WhenArmed_CompletesWithTheTimerItWaitsFor()
    {
        var armed = _time.WhenArmed(5 * Second);
        Arm("other", Second);
        Assert.False(armed.IsCompleted);

        Arm("this", 5 * Second);

        await armed.Soon();
        Assert.True(_time.WhenArmed(2).IsCompleted);
        Assert.False(_time.WhenArmed(3).IsCompleted);
    }

    [Fact]
    public void Advance_FromWithinACallback_IsRefused()
    {
        Exception? failure = null;
        _time.CreateTimer(_ => failure = Record.Exception(() => _time.Advance(Second)), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(Second);

        Assert.IsType<InvalidOperationException>(failure);
    }

    private ITimer Arm(string name, TimeSpan due, TimeSpan? period = null)
    {
        var begin = new VirtualTime().GetUtcNow();
        return _time.CreateTimer(_ => _events.Add($"{name} at {(_time.GetUtcNow() - begin).TotalSeconds}"), null, due, period ?? Timeout.InfiniteTimeSpan);
    }
}
