namespace ActorCsi.Grains.Providers.Gate;

/// <summary>
/// Fetches that wait for a place, the most urgent first: new pods before refreshes, what expires soon before what expires late. Bounded: when it is full
/// the least urgent one goes. Not for several threads at once.
/// </summary>
internal sealed class FetchQueue(int bound)
{
    private readonly SortedSet<FetchTicket> _waiting = new(ByUrgency);

    private static readonly Comparer<FetchTicket> ByUrgency = Comparer<FetchTicket>.Create(static (one, other) =>
        FetchUrgency.Compare(one.Urgency, other.Urgency) is var order && order != 0 ? order : one.Number.CompareTo(other.Number));

    public int Count => _waiting.Count;

    /// <summary>The most urgent one; null when there is none.</summary>
    public FetchTicket? First => _waiting.Min;

    /// <summary>Adds <paramref name="ticket"/>. Gives the one that has no place any more, which may be the same; null when there was room.</summary>
    public FetchTicket? Add(FetchTicket ticket)
    {
        _waiting.Add(ticket);
        if (_waiting.Count <= bound)
            return null;
        var last = _waiting.Max!;
        _waiting.Remove(last);
        return last;
    }

    /// <summary>False when the ticket was not there.</summary>
    public bool Remove(FetchTicket ticket) => _waiting.Remove(ticket);
}
