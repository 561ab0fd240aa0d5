using ActorCsi.Fakes;

namespace ActorCsi.Tests.Fleet;

/// <summary>Runs a scenario and gives what was counted. The same scenario gives the same figures.</summary>
internal sealed class FleetRun
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan HealthCheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestHealing = TimeSpan.FromMinutes(30);

    private readonly Scenario _scenario;
    private readonly FleetTime _time = new(Begin);
    private readonly Random _random;
    private readonly Tally _tally;
    private readonly FleetNode[] _nodes;

    private FleetRun(Scenario scenario, int part)
    {
        _scenario = scenario;
        _random = new Random(scenario.Seed + part);
        _tally = new Tally(scenario.Length);
        var store = new FixedCatalog(new Store(scenario, _time, _tally));
        var classes = new FleetClasses(scenario);
        var count = (scenario.Nodes * (part + 1) / scenario.Parts) - (scenario.Nodes * part / scenario.Parts);
        var first = scenario.Nodes * part / scenario.Parts;
        _nodes = [.. Enumerable.Range(first, count).Select(number => new FleetNode(scenario, number, _time, _random, _tally, store, classes))];
    }

    /// <summary>Each part has a thread of its own; as many at once as there are processors.</summary>
    public static Tally Run(Scenario scenario, Action<int>? onPart = null)
    {
        var tallies = new Tally[scenario.Parts];
        Parallel.For(0, scenario.Parts, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, part =>
        {
            tallies[part] = RunPart(scenario, part);
            onPart?.Invoke(part);
        });

        var tally = new Tally(scenario.Length);
        foreach (var counted in tallies)
            tally.Add(counted);
        return tally;
    }

    private static Tally RunPart(Scenario scenario, int part)
    {
        // A test runner's context would take the continuations away from the simulation's thread.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new FleetRun(scenario, part).Live();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private Tally Live()
    {
        foreach (var node in _nodes)
            for (var i = 0; i < _scenario.PodsPerNode; i++)
                Later(_scenario.StartOver * _random.NextDouble(), node.NewPod(_tally).Start);
        foreach (var happening in _scenario.Events)
            Later(happening.At, () => Begins(happening));
        if (_scenario.Churn > 0)
            _ = _time.Start(Churn);

        _time.RunUntil(_scenario.Length);
        foreach (var node in _nodes)
            node.End();
        return _tally;
    }

    private void Begins(Event happening)
    {
        var touched = _nodes.Take(happening.Count);
        switch (happening.What)
        {
            case "pods":
                for (var i = 0; i < happening.Count; i++)
                    Later(happening.For * _random.NextDouble(), _nodes[i % _nodes.Length].NewPod(_tally).Start);
                return;
            case "restart":
                foreach (var node in touched)
                    node.RestartDriver();
                break;
            case "reboot":
                foreach (var node in touched)
                    node.Reboot();
                break;
        }
        _ = _time.Start(() => WatchHealing(happening));
    }

    /// <summary>How long after the end of an event no volume is stale and every pod has started.</summary>
    private async Task WatchHealing(Event happening)
    {
        await Task.Delay(happening.For, _time);
        for (var waited = TimeSpan.Zero; waited < LongestHealing; waited += HealthCheck)
        {
            await Task.Delay(HealthCheck, _time);
            if (!await AllIsWell())
                continue;
            _tally.Healed.Add((happening, waited + HealthCheck));
            return;
        }
        _tally.Healed.Add((happening, TimeSpan.MaxValue));
    }

    private async Task<bool> AllIsWell()
    {
        foreach (var node in _nodes)
            foreach (var pod in node.Pods)
                if (!pod.HasStarted || await pod.Volume.Inspect() is not { State: VolumeState.Serving })
                    return false;
        return true;
    }

    private async Task Churn()
    {
        var pause = TimeSpan.FromHours(1) / (_scenario.Churn * _nodes.Length * _scenario.PodsPerNode);
        while (true)
        {
            await Task.Delay(pause, _time);
            var node = _nodes[_random.Next(_nodes.Length)];
            var pod = node.Pods[_random.Next(node.Pods.Count)];
            if (pod.HasStarted)
                await pod.Replace();
        }
    }

    private void Later(TimeSpan wait, Action action) => _time.CreateTimer(static action => ((Action)action!)(), action, wait, Timeout.InfiniteTimeSpan);
}
