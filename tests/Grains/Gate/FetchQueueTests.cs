using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gate;

namespace ActorCsi.Tests.Gate;

/// <summary>Who goes first, and who has to go when there is no room.</summary>
public sealed class FetchQueueTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly FetchUrgency Soon = new(false, Noon);
    private static readonly FetchUrgency Late = new(false, Noon.AddHours(1));
    private static readonly FetchUrgency Endless = new(false, null);

    private long _number;

    [Fact]
    public void First_OfAllKinds_IsTheNewPodThenWhatExpiresFirst()
    {
        var queue = new FetchQueue(10);
        foreach (var urgency in new[] { Endless, Late, FetchUrgency.First, Soon })
            queue.Add(Ticket(urgency));

        Assert.Equal([FetchUrgency.First, Soon, Late, Endless], Drain(queue).Select(ticket => ticket.Urgency));
    }

    [Fact]
    public void First_OfEqualOnes_IsWhoCameFirst()
    {
        var queue = new FetchQueue(10);
        var tickets = Enumerable.Range(0, 5).Select(_ => Ticket(Endless)).ToArray();
        foreach (var ticket in tickets)
            queue.Add(ticket);

        Assert.Equal(tickets, Drain(queue));
    }

    [Fact]
    public void Add_Full_TheLeastUrgentGoes()
    {
        var queue = new FetchQueue(2);
        var (late, soon, pod, endless) = (Ticket(Late), Ticket(Soon), Ticket(FetchUrgency.First), Ticket(Endless));
        Assert.Null(queue.Add(late));
        Assert.Null(queue.Add(soon));

        Assert.Same(late, queue.Add(pod));
        Assert.Same(endless, queue.Add(endless));
        Assert.Equal([pod, soon], Drain(queue));
    }

    private FetchTicket Ticket(FetchUrgency urgency) => new(urgency) { Number = _number++ };

    private static List<FetchTicket> Drain(FetchQueue queue)
    {
        var order = new List<FetchTicket>();
        while (queue.First is { } first)
        {
            order.Add(first);
            queue.Remove(first);
        }
        return order;
    }
}
