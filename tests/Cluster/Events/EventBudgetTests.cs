using ActorCsi.Cluster.Events;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Cluster.Events;

/// <summary>A node's events never come in floods, and there is always one to be had again.</summary>
public sealed class EventBudgetTests
{
    [Fact]
    public void TryTake_ManyAtOnce_GivesTwentyFiveThenOneInTenSeconds()
    {
        var time = new VirtualTime();
        var budget = new EventBudget(time);

        Assert.Equal(25, Takes());
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, Takes());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Takes());
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(25, Takes());

        int Takes() => Enumerable.Range(0, 100).Count(_ => budget.TryTake());
    }
}
