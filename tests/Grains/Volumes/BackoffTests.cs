using ActorCsi.Grains;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Volumes;

/// <summary>After refreshes that failed the provider is asked ever more rarely, up to a bound, until one works.</summary>
public sealed class BackoffTests : VolumeTest
{
    private static readonly VolumeOptions Defaults = new();

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void Refresh_FailsAgainAndAgain_WaitsTwiceAsLongUpToTheLongest(double chance)
    {
        Chance = chance;
        FailAfterTheFirst();

        var expected = Defaults.FirstRetry;
        for (var i = 0; i < 12; i++)
        {
            var wait = Published.RefreshAt!.Value - Time.GetUtcNow();
            Assert.InRange(wait, expected * 0.9, expected * 1.1);
            var before = Provider.Fetches.Count;
            Kubelet.RenewTokens();
            Advance(wait - Millisecond);
            Assert.Equal(before, Provider.Fetches.Count);
            Advance(Millisecond);
            Assert.Equal(before + 1, Provider.Fetches.Count);
            expected = expected * 2 < Defaults.LongestRetry ? expected * 2 : Defaults.LongestRetry;
        }
        Assert.Equal(Defaults.LongestRetry, expected);
    }

    [Fact]
    public void Refresh_WorksAgain_BeginsAnew()
    {
        FailAfterTheFirst();
        Advance(10 * Second);
        Provider.Gives("two");
        Advance(10 * Second);
        Assert.Equal(("two", VolumeState.Serving), (Content, Published.State));

        Provider.Fails(VolumeError.ProviderUnavailable);
        Assert.Throws<VolumeException>(Refresh);

        Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), Defaults.FirstRetry * 0.9, Defaults.FirstRetry * 1.1);
    }

    [Fact]
    public void Refresh_FailsForDays_StaysAtTheLongest()
    {
        Provider.Wants = TokenDemand.None;
        FailAfterTheFirst();

        Advance(TimeSpan.FromDays(3));

        Assert.InRange(Published.RefreshAt!.Value - Time.GetUtcNow(), TimeSpan.Zero, Defaults.LongestRetry * 1.1);
        Assert.Equal("one", Content);
    }

    [Fact]
    public void Restart_InBackOff_GoesOnWhereItWas()
    {
        FailAfterTheFirst();
        Advance(20 * Second);
        var (due, fetches) = (Published.RefreshAt, Provider.Fetches.Count);

        Restart();

        Assert.Equal(due, Published.RefreshAt);
        Assert.Equal(fetches, Provider.Fetches.Count);
        Advance(due!.Value - Time.GetUtcNow());
        Assert.Equal(fetches + 1, Provider.Fetches.Count);
    }

    private void FailAfterTheFirst()
    {
        Provider.Gives("one").Fails(VolumeError.ProviderDenies);
        Publish();
        Assert.Throws<VolumeException>(Refresh);
    }
}
