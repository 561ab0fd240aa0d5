using ActorCsi.Grains;
using ActorCsi.Grains.Providers.Plugins;
using ActorCsi.Grains.Refresh;
using ActorCsi.Tests.Providers;

namespace ActorCsi.Tests.Refresh;

/// <summary>What a class may say about refreshing.</summary>
public sealed class RefreshParametersTests
{
    private static readonly VolumeOptions Node = new() { PollInterval = TimeSpan.FromMinutes(2), OutageAllowance = TimeSpan.FromMinutes(30) };

    private static readonly RefreshPolicy OfNode = new(Node.PollInterval, false) { OutageAllowance = Node.OutageAllowance };

    [Fact]
    public void Of_NothingSaid_IsTheNodesWay()
    {
        var read = Read();

        Assert.Equal(OfNode, read.Policy(Node));
        Assert.Equal((false, true, false), (read.StartsStale, read.ChecksContent, read.IsHeld));
    }

    [Fact]
    public void Of_Interval_TakesThePlaceOfTheNodes()
        => Assert.Equal(OfNode with { Interval = TimeSpan.FromMinutes(15), IntervalIsOfClass = true }, Read(("actorcsi.io/refresh-interval", "15m")).Policy(Node));

    [Fact]
    public void Of_IntervalNever_IsNever()
        => Assert.Equal(OfNode with { Interval = null, IntervalIsOfClass = true }, Read(("actorcsi.io/refresh-interval", "never")).Policy(Node));

    [Fact]
    public void Of_Window_IsAPartOfTheLife()
        => Assert.Equal(new LifeWindow(0.3, 0.45), Read(("actorcsi.io/refresh-window", "30%-45%")).Policy(Node).Window);

    [Theory]
    [InlineData("45m", 45)]
    [InlineData("0", 0)]
    public void Of_OutageAllowance_TakesThePlaceOfTheNodes(string value, int minutes)
        => Assert.Equal(OfNode with { OutageAllowance = TimeSpan.FromMinutes(minutes), AllowanceIsOfClass = true }, Read(("actorcsi.io/outage-allowance", value)).Policy(Node));

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
    [InlineData("actorcsi.io/outage-allowance", "long")]
    [InlineData("actorcsi.io/outage-allowance", "-1m")]
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
