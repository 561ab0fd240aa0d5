using ActorCsi.Silo.Operate;
using Google.Protobuf.WellKnownTypes;

namespace ActorCsi.Tests.Silo;

/// <summary>Times are told as they are read: short, and from now.</summary>
public sealed class TimesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0.85, "850ms")]
    [InlineData(12.9, "12s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(7199, "119m")]
    [InlineData(7200, "2h")]
    [InlineData(172_800, "2d")]
    public void Short_ASpan_HasTwoOrThreeDigitsAndAUnit(double seconds, string expected) => Assert.Equal(expected, Times.Short(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Until_TimesAroundNow_SayHowFarAndWhichWay()
    {
        Assert.Equal("in 12m", Times.Until(Now.AddMinutes(12).ToTimestamp(), Now));
        Assert.Equal("12m ago", Times.Until(Now.AddMinutes(-12).ToTimestamp(), Now));
        Assert.Equal("never", Times.Until(null, Now));
    }

    [Fact]
    public void Whole_ATime_IsRfc3339AndHowFar() => Assert.Equal("2026-11-21T12:05:00Z (in 5m)", Times.Whole(Now.AddMinutes(5).ToTimestamp(), Now));
}
