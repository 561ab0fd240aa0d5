namespace ActorCsi.Grains.Providers;

/// <summary>How hard an endpoint of a provider may be leaned on, and for how long it is waited for. The same for all endpoints of the node.</summary>
public sealed class ProviderLimits
{
    /// <summary>How long one fetch may take before the volume gives up. Default 30 seconds: well inside kubelet's two minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most fetches that are asked for at once; fewer after the provider has shown that it is overloaded. Default 64.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>The most fetches that wait for a place. One more is refused at once, the least urgent one. Default 1,000.</summary>
    public int Queue { get; set; } = 1000;

    /// <summary>How long a refresh waits for a place, and the longest pause that it waits out in the queue. Default 30 seconds.</summary>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest pause that the fetch of a new pod waits out in the queue, where it is the first when the pause is over. Default 110 seconds: inside kubelet's two
    /// minutes, and a pod that were sent away instead would come back when others have taken its place.
    /// </summary>
    public TimeSpan NewPodTimeout { get; set; } = TimeSpan.FromSeconds(110);

    /// <summary>
    /// How many fetches in <see cref="BreakerWindow"/> must have failed for want of an answer, with hardly one that succeeded, before the
    /// provider is left alone for <see cref="BreakerPause"/>. Default 20.
    /// </summary>
    public int BreakerFailures { get; set; } = 20;

    /// <summary>See <see cref="BreakerFailures"/>. Default 1 minute.</summary>
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing is asked of a provider whose breaker opens; twice as long each time that the fetch after it fails too. Default 15 seconds.</summary>
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest pause of the breaker, and of a provider that asks for fewer calls without saying for how long. Default 1 minute: then all is well a minute after an outage.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest Retry-After that is believed. Default 1 hour.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// For how long what one volume fetched is given to others of its identity and class. Default 30 seconds; never more than a tenth of the content's life
    /// or a quarter of its interval. Zero shares fetches in flight only.
    /// </summary>
    public TimeSpan ReuseFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For how long what one volume has renewed is given to others of its session whose renewal falls due then. Default 5 minutes; never more than a tenth of the
    /// content's life.
    /// </summary>
    public TimeSpan RenewalReuseFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How old a copy may be from which a new pod starts where its class says <c>stale</c> and no more. Default 15 minutes.</summary>
    public TimeSpan StaleFor { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Chance: a number from 0 up to 1, so that nodes that were told the same do not all do it at the same moment. Default: the process's own random numbers.</summary>
    public Func<double> Chance { get; set; } = Random.Shared.NextDouble;
}
