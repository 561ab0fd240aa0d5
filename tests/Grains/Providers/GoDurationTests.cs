using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Providers;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("1s", 1)]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData(".5s", 0.5)]
    [InlineData("1.s", 1)]
    [InlineData("250ms", 0.25)]
    [InlineData("3us2µs1μs", 0.000006)]
    [InlineData("100ns", 0.0000001)]
    [InlineData("30s1m", 90)]
    [InlineData("2540400h", 9145440000)]
    public void Parse_GoDuration_IsRead(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), GoDuration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1d")]
    [InlineData("1 h")]
    [InlineData("-1s")]
    [InlineData("1s ")]
    [InlineData("1h-30m")]
    [InlineData("1..5s")]
    [InlineData("1,5s")]
    [InlineData("1e3s")]
    [InlineData("9223372037s")]
    [InlineData("99999999999999999999h")]
    [InlineData("999999999999999999999999999999999999999s")]
    public void Parse_NoDuration_SaysWhatWasExpected(string text)
        => Assert.Contains("such as 90s", Assert.Throws<FormatException>(() => GoDuration.Parse(text)).Message, StringComparison.Ordinal);
}
