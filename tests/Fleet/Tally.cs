namespace ActorCsi.Tests.Fleet;

/// <summary>What is counted while a scenario runs.</summary>
internal sealed class Tally(TimeSpan length)
{
    private readonly int[] _asked = new int[(int)length.TotalSeconds + 1];
    private readonly int[] _answered = new int[(int)length.TotalSeconds + 1];

    /// <summary>Requests that the store said no to for their number.</summary>
    public long Throttled { get; set; }

    /// <summary>How long pods took from their creation to their files, in seconds, and when they were created.</summary>
    public List<(TimeSpan CreatedAt, float Seconds, bool WasHung)> Starts { get; } = [];

    /// <summary>Times that content ended while a pod was reading it.</summary>
    public int Missed { get; set; }

    /// <summary>How long past its end content was read at most.</summary>
    public TimeSpan WorstMiss { get; set; }

    /// <summary>Refreshes of content that has an end, and the share of its life that was left at worst.</summary>
    public (long Count, double LeastLifeLeft) Renewals { get; set; } = (0, 1);

    /// <summary>The oldest content that a pod started with.</summary>
    public TimeSpan OldestStart { get; set; }

    /// <summary>How long after each event everything was as it should be.</summary>
    public List<(Event Event, TimeSpan Took)> Healed { get; } = [];

    public void Asked(TimeSpan at, int requests) => _asked[(int)at.TotalSeconds] += requests;

    public void Answered(TimeSpan at, int requests) => _answered[Math.Min((int)at.TotalSeconds, _answered.Length - 1)] += requests;

    public long AskedBetween(TimeSpan from, TimeSpan to) => Sum(_asked, from, to);

    public long AnsweredBetween(TimeSpan from, TimeSpan to) => Sum(_answered, from, to);

    /// <summary>Requests a second, averaged over bins.</summary>
    public double[] Rates(TimeSpan bin) => Rates(_asked, bin);

    public static double[] Rates(int[] perSecond, TimeSpan bin)
    {
        var seconds = (int)bin.TotalSeconds;
        return [.. perSecond.Take(perSecond.Length - 1).Chunk(seconds).Select(chunk => chunk.Sum() / (double)seconds)];
    }

    /// <summary>Adds what another part of the fleet counted.</summary>
    public void Add(Tally other)
    {
        for (var i = 0; i < _asked.Length; i++)
            (_asked[i], _answered[i]) = (_asked[i] + other._asked[i], _answered[i] + other._answered[i]);
        Throttled += other.Throttled;
        Starts.AddRange(other.Starts);
        Missed += other.Missed;
        WorstMiss = WorstMiss > other.WorstMiss ? WorstMiss : other.WorstMiss;
        Renewals = (Renewals.Count + other.Renewals.Count, Math.Min(Renewals.LeastLifeLeft, other.Renewals.LeastLifeLeft));
        OldestStart = OldestStart > other.OldestStart ? OldestStart : other.OldestStart;
        Healed.AddRange(other.Healed);
    }

    private static long Sum(int[] perSecond, TimeSpan from, TimeSpan to)
    {
        var sum = 0L;
        for (var i = (int)from.TotalSeconds; i < Math.Min((int)to.TotalSeconds, perSecond.Length); i++)
            sum += perSecond[i];
        return sum;
    }
}
