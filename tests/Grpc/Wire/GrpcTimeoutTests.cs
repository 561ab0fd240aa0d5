using ActorCsi.Embedded.Rpc;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Rpc.Wire;

/// <summary>grpc-timeout is at most eight digits and a unit, and what is sent is never shorter than what was meant.</summary>
public class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("1M", 600_000_000)]
    [InlineData("1S", 10_000_000)]
    [InlineData("1m", 10_000)]
    [InlineData("1u", 10)]
    [InlineData("100n", 1)]
    [InlineData("99n", 0)]
    [InlineData("0S", 0)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    public void TryParse_Sound_IsTheTime(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("1 S")]
    [InlineData(" 1S")]
    [InlineData("+1S")]
    [InlineData("-1S")]
    [InlineData("1.0S")]
    [InlineData("0x1S")]
    [InlineData("１S")]
    [InlineData("100000000S")]
    [InlineData("1S,1S")]
    public void TryParse_Unsound_IsRefused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(1, "1u")]
    [InlineData(15, "2u")]
    [InlineData(100_000_000, "10000000u")]
    [InlineData(1_200_000_000, "120000m")] // kubelet's two minutes
    [InlineData(864_000_000_000, "86400000m")]
    [InlineData(3_000_000_000_000_000_000, "83333334H")] // 9,500 years: a deadline near the end of DateTime
    public void Format_Time_IsTheFinestUnitThatHasRoom(long ticks, string expected) => Assert.Equal(expected, GrpcTimeout.Format(new TimeSpan(ticks)));

    [Fact]
    public void Format_AnyTime_IsReadAsNoLess() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Select(i => (long)i).SelectMany(i => Gen.Choose(0, 30).Select(shift => i << shift)).ToArbitrary(), ticks =>
        {
            var text = GrpcTimeout.Format(new TimeSpan(ticks));
            return text.Length <= 9 && GrpcTimeout.TryParse(text, out var read) && read.Ticks >= ticks && read.Ticks - ticks <= ticks / 1000 + 10;
        }));
}
