using System.Diagnostics.Metrics;

namespace ActorCsi.Kubernetes;

/// <summary>How patient the client is.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>How long a call may take with all its repetitions. Default 30 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt may take. Default 10 seconds.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a call is repeated at most. Default 5.</summary>
    public int Repetitions { get; init; } = 5;

    /// <summary>The pause before the first repetition, when the server names none; each further one is twice as long. Default 250 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause that is waited for; when the server asks for a longer one, the call fails at once and says so. Default 10 seconds.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many calls are under way at once; the others wait. Watches do not count. Default 16.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>How long the server is asked to keep a watch: between this and twice this, so that they do not all end together. Default 5 minutes.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The name in the User-Agent and, unless a call says another, of the manager of fields. Default <c>actorcsi</c>.</summary>
    public string Name { get; init; } = "actorcsi";

    /// <summary>Makes the client's meter; the host's own, so that its metrics are shown. Null: nobody looks for them.</summary>
    public IMeterFactory? Meters { get; init; }

    /// <summary>Chance: a number from 0 up to 1, for jitter. Default: the process's own random numbers.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;
}
