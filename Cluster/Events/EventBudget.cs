namespace ActorCsi.Cluster.Events;

/// <summary>
/// How many events the node may send: 25 at once, one in ten seconds on the whole. When a secret store is down, every pod of the node has the same to tell,
/// and the API server has better to do.
/// </summary>
internal sealed class EventBudget(TimeProvider time)
{
    private const int Most = 25;
    private static readonly TimeSpan OneIn = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private DateTimeOffset _emptyAt; // the moment at which the budget was, or would have been, used up

    /// <summary>Whether one more may be sent now; if so, it is counted.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var full = now - (Most * OneIn);
            if (_emptyAt < full)
                _emptyAt = full;
            if (_emptyAt + OneIn > now)
                return false;
            _emptyAt += OneIn;
            return true;
        }
    }
}
