namespace ActorCsi.Tests.Fleet;

/// <summary>The scenarios, made small enough for every build: what is promised for ten thousand pods holds for a few hundred.</summary>
public sealed class FleetTests
{
    [Theory]
    [InlineData("shared", 2, 100)]
    [InlineData("outage", 2, 100)]
    [InlineData("storm", 2, 100)]
    [InlineData("hung", 1, 250)]
    public void Run_SmallFleet_KeepsItsPromises(string name, int nodes, int podsPerNode)
    {
        var scenario = Scenario.Load(Path.Combine(Program.Scenarios, name + ".yaml"));
        var small = scenario with
        {
            Nodes = nodes,
            PodsPerNode = podsPerNode,
            Expect = [.. scenario.Expect.Where(expected => !expected.Figure.StartsWith("settled", StringComparison.Ordinal) && !expected.Figure.Contains("peer", StringComparison.Ordinal))],
        };

        var report = new Report(small, FleetRun.Run(small));

        Assert.All(report.Verdicts, verdict => Assert.True(verdict.Holds, report.ToText()));
    }

    [Fact]
    public void Run_SameScenarioTwice_GivesTheSameFigures()
    {
        var scenario = new Scenario { Length = TimeSpan.FromHours(3), Nodes = 2, PodsPerNode = 30, Settled = TimeSpan.FromHours(1), Churn = 0.5, Quota = 5, StartOver = TimeSpan.Zero };

        Assert.Equal(new Report(scenario, FleetRun.Run(scenario)).ToText(), new Report(scenario, FleetRun.Run(scenario)).ToText());
    }

    [Theory]
    [InlineData("<= 1.5", 1.5, true)]
    [InlineData("<= 1.5", 1.6, false)]
    [InlineData(">= 20", 19, false)]
    [InlineData("0", 0, true)]
    [InlineData("0", 1, false)]
    [InlineData("<= 1", double.NaN, false)]
    public void Holds_Bound_IsReadAsWritten(string bound, double value, bool holds) => Assert.Equal(holds, new Expectation("figure", bound).Holds(value));
}
