using System.Collections.Concurrent;

namespace ActorCsi.Tests.Contract;

/// <summary>A place in grain code where the test can make it stop.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For the test: somebody stands at the gate, or has passed it.</summary>
    public Task Reached => _reached.Task.Soon();

    public void Open() => _open.TrySetResult();

    /// <summary>For the grain: says that it is here, and goes on.</summary>
    public void Mark() => _reached.TrySetResult();

    /// <summary>For the grain: says that it is here, and waits until the gate is open.</summary>
    public Task Pass()
    {
        Mark();
        return _open.Task;
    }
}

/// <summary>What test and grains share, being in one process: gates by name, and a list of what happened.</summary>
public sealed class Stage
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new();
    private readonly ConcurrentQueue<string> _events = new();

    public IReadOnlyList<string> Events => [.. _events];

    public Gate Gate(string name) => _gates.GetOrAdd(name, _ => new Gate());

    public void Tell(string happened) => _events.Enqueue(happened);
}
