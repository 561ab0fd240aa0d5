using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains;

/// <summary>How volumes behave. One set for all volumes of the node.</summary>
public sealed class VolumeOptions
{
    /// <summary>Limits of each volume's tmpfs. Default: 16 MiB, 4,096 inodes.</summary>
    public TmpfsLimits Limits { get; set; } = new(16 << 20, 4096);

    /// <summary>
    /// How often a provider is asked that says nothing of when its content ends, where the class does not say it. Default 2 minutes, as the peer's
    /// rotation-poll-interval. Null: such content is fetched once and never again.
    /// </summary>
    public TimeSpan? PollInterval { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// For how long a provider may be down without any content ending, where the class does not say it: what expires is renewed while at least this and two
    /// minutes of its life are left, if it lives twice as long. Default 30 minutes; zero makes no allowance.
    /// </summary>
    public TimeSpan OutageAllowance { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Over how long the refreshes are spread that a changed class calls for, each volume at a time of its own: one edit must not send a whole cluster to the secret
    /// store in the same second. Default 30 seconds.
    /// </summary>
    public TimeSpan ClassChangeSpread { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause after a refresh that failed; each further one is twice as long. Default 1 second.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after a refresh that failed. Default 5 minutes.</summary>
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The longest pause after a refresh that failed because the provider could not be asked: nobody is asked at that time but the provider's gate, so it may be
    /// short, and everything is fresh again soon after an outage. Default 20 seconds.
    /// </summary>
    public TimeSpan LongestUnavailableRetry { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The driver's name: some say what a volume wants that names no class. Default: none of those.</summary>
    public string DriverName { get; set; } = "";

    /// <summary>Parameters of volumes that name no class, where their attributes do not say otherwise. Default: none.</summary>
    public StringMap InlineDefaults { get; set; } = StringMap.Empty;

    /// <summary>Chance: a number from 0 up to 1, for jitter. Default: the process's own random numbers.</summary>
    public Func<double> Chance { get; set; } = Random.Shared.NextDouble;
}
