using ActorCsi.Grains.Providers.Plugins;
using ActorCsi.Grains.Refresh;
using ActorCsi.Tests.Providers;

namespace ActorCsi.Tests.Refresh;

/// <summary>What a class may say about refreshing.</summary>
public sealed class RefreshParametersTests
{
    private static readonly TimeSpan NodeInterval = TimeSpan.FromMinutes(2);

    [Fact]
    public void Of_NothingSaid_IsTheNodesWay()
    {
        var read = Read();

        Assert.Equal(new RefreshPolicy(NodeInterval, false), read.Policy(NodeInterval));
        Assert.Equal((false, true, false), (read.StartsStale, read.ChecksContent, read.IsHeld));
    }

    [Fact]
    public void Of_Interval_TakesThePlaceOfTheNodes()
        => Assert.Equal(new RefreshPolicy(TimeSpan.FromMinutes(15), true), Read(("actorcsi.io/refresh-interval", "15m")).Policy(NodeInterval));

    [Fact]
    public void Of_IntervalNever_IsNever()
        => Assert.Equal(new RefreshPolicy(null, true), Read(("actorcsi.io/refresh-interval", "never")).Policy(NodeInterval));

    [Fact]
    public void Of_Window_IsAPartOfTheLife()
        => Assert.Equal(new LifeWindow(0.3, 0.45), Read(("actorcsi.io/refresh-window", "30%-45%")).Policy(NodeInterval).Window);

    [Theory]
    [InlineData("fail", false, null)]
    [InlineData("stale", true, null)]
    [InlineData("stale-for=90s", true, 90)]
    [InlineData("stale-for=24h", true, 86400)]
    public void Of_WhenUnavailable_IsOneOfThree(string value, bool startsStale, int? seconds)
    {
        var read = Read(("actorcsi.io/when-unavailable", value));

        Assert.Equal((startsStale, (double?)seconds), (read.StartsStale, read.StaleFor?.TotalSeconds));
    }

    [Fact]
    public void Of_ContentCheckAndHold_AreSwitches()
    {
        var read = Read(("actorcsi.io/content-check", "off"), ("actorcsi.io/hold", "true"));

        Assert.Equal((false, true), (read.ChecksContent, read.IsHeld));
    }

    [Theory]
    [InlineData("actorcsi.io/refresh-interval", "soon")]
    [InlineData("actorcsi.io/refresh-interval", "1s")]
    [InlineData("actorcsi.io/refresh-interval", "")]
    [InlineData("actorcsi.io/refresh-window", "80%-60%")]
    [InlineData("actorcsi.io/refresh-window", "50%")]
    [InlineData("actorcsi.io/refresh-window", "0%-50%")]
    [InlineData("actorcsi.io/refresh-window", "60%-99%")]
    [InlineData("actorcsi.io/refresh-window", "70%-70%")]
    [InlineData("actorcsi.io/when-unavailable", "stale-for=25h")]
    [InlineData("actorcsi.io/when-unavailable", "stale-for=0")]
    [InlineData("actorcsi.io/when-unavailable", "Stale")]
    [InlineData("actorcsi.io/content-check", "no")]
    [InlineData("actorcsi.io/hold", "yes")]
    [InlineData("actorcsi.io/refresh-intervall", "15m")]
    public void Of_Malformed_IsToldWithItsField(string name, string value)
    {
        var fault = Assert.Throws<VolumeException>(() => Read((name, value)));

        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains(name, fault.Message);
        Assert.Contains("expected", fault.Message);
    }

    [Fact]
    public void Of_SeveralFaults_AreToldAtOnce()
    {
        var fault = Assert.Throws<VolumeException>(() => Read(("actorcsi.io/hold", "yes"), ("actorcsi.io/content-check", "no")));

        Assert.Contains("actorcsi.io/hold", fault.Message);
        Assert.Contains("actorcsi.io/content-check", fault.Message);
    }

    [Fact]
    public void MountRequest_OurParameters_AreNotShownToPlugins()
    {
        var request = MountRequests.Of(Requests.For(Requests.Class("vault", ("actorcsi.io/refresh-interval", "15m"), ("roleName", "web"))));

        Assert.Contains("roleName", request.Attributes);
        Assert.DoesNotContain("actorcsi.io", request.Attributes);
    }

    private static RefreshParameters Read(params (string, string)[] parameters) => RefreshParameters.Of(Requests.Class("vault", parameters));
}
