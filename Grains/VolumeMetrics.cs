using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains;

/// <summary>
/// What is measured of volumes. docs/OBSERVABILITY.md has the table. The metrics without <c>actorcsi</c> in their names are secrets-store-csi-driver's, with its
/// labels and its words for errors, so that dashboards and alerts for it go on working.
/// </summary>
internal sealed class VolumeMetrics : IVolumeObserver, IPublishMetrics
{
    /// <summary>The label of a provider that a class names and that does not exist here: whoever may write classes cannot make labels.</summary>
    private const string NoSuchProvider = "unknown";

    private static readonly KeyValuePair<string, object?> OsType = new("os_type", "linux");

    /// <summary>How soon a volume must end to be counted as one that ends soon.</summary>
    private static readonly (TimeSpan Within, string Label)[] Soon = [(TimeSpan.Zero, "0s"), (TimeSpan.FromMinutes(5), "5m"), (TimeSpan.FromHours(1), "1h"), (TimeSpan.FromDays(1), "1d")];

    private readonly IClassSource _classes;
    private readonly IProviderCatalog _providers;
    private readonly TimeProvider _time;

    private readonly ConcurrentDictionary<string, Seen> _volumes = new(StringComparer.Ordinal);
    private readonly long[] _tokens = new long[Enum.GetValues<TokenSource>().Length];
    private readonly Counter<long> _published;
    private readonly Counter<long> _publishFailed;
    private readonly Counter<long> _unpublished;
    private readonly Counter<long> _unpublishFailed;
    private readonly Counter<long> _rotated;
    private readonly Counter<long> _rotationFailed;
    private readonly Histogram<double> _rotations;
    private readonly Counter<long> _refreshes;

    public VolumeMetrics(IMeterFactory meters, IClassSource classes, IProviderCatalog providers, TimeProvider time)
    {
        (_classes, _providers, _time) = (classes, providers, time);
        var meter = meters.Create(Signals.Name);

        _published = meter.CreateCounter<long>("node_publish", null, "Publishes answered with OK, those with nothing to do among them.");
        _publishFailed = meter.CreateCounter<long>("node_publish_error", null, "Publishes that were refused or failed.");
        _unpublished = meter.CreateCounter<long>("node_unpublish", null, "Unpublishes answered with OK.");
        _unpublishFailed = meter.CreateCounter<long>("node_unpublish_error", null, "Unpublishes that were refused or failed.");
        _rotated = meter.CreateCounter<long>("rotation_reconcile", null, "Refreshes that worked; rotated says whether the files changed.");
        _rotationFailed = meter.CreateCounter<long>("rotation_reconcile_error", null, "Refreshes that failed; the files stayed as they were.");
        _rotations = meter.CreateHistogram("rotation_reconcile_duration_sec", null, "How long refreshes took, in seconds.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.1349, 0.1821, 0.2456, 0.3314, 0.4472, 0.6034, 0.8142, 1.0986, 1.4823, 2] }); // the peer's
        _refreshes = meter.CreateCounter<long>("actorcsi.refreshes", "{refresh}", "Refreshes, by what came of them: changed, unchanged, or the kind of failure.");

        meter.CreateObservableCounter("actorcsi.publishes", Tokens, "{publish}", "Publishes, by the field of the request in which kubelet sent the pod's tokens.");
        meter.CreateObservableGauge("actorcsi.volumes", Volumes, "{volume}", "Volumes in service: serving, or stale because the last refresh failed.");
        meter.CreateObservableGauge("actorcsi.volumes.expiring", Expiring, "{volume}", "Volumes whose content ends within the given time; within=\"0s\" are those whose content has ended.");
        meter.CreateObservableGauge("actorcsi.volume.expiry.min", FirstExpiry, "s", "How long until the first volume's content ends; negative when it has ended.");
        meter.CreateObservableGauge("actorcsi.volume.stale.age.max", LongestStale, "s", "For how long the volume that is stale longest has been so; 0 when none is.");
    }

    /// <inheritdoc/>
    public void Published(VolumeSpec volume, TokenSource tokens)
    {
        Interlocked.Increment(ref _tokens[(int)tokens]);
        _published.Add(1, Provider(ProviderOf(volume)), OsType);
    }

    /// <inheritdoc/>
    public void PublishFailed(VolumeSpec? volume, Exception failure)
    {
        var provider = volume is null ? "" : ProviderOf(volume);
        _publishFailed.Add(1, Provider(provider), ErrorType((failure as VolumeException)?.Error ?? VolumeError.Internal, provider), OsType);
    }

    /// <inheritdoc/>
    public void Unpublished() => _unpublished.Add(1, OsType);

    /// <inheritdoc/>
    public void UnpublishFailed() => _unpublishFailed.Add(1, OsType);

    /// <inheritdoc/>
    public void Served(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes)
    {
        Keep(volume);
        if (changes.HasFlag(VolumeChanges.First))
            return;
        var changed = changes.HasFlag(VolumeChanges.Content);
        _rotated.Add(1, Provider(volume.Provider), OsType, new("rotated", changed ? "true" : "false"));
        _refreshes.Add(1, Provider(volume.Provider), new(Signals.Outcome, changed ? "changed" : "unchanged"));
    }

    /// <inheritdoc/>
    public void Refreshed(VolumeStatus volume, TimeSpan took) => _rotations.Record(took.TotalSeconds, OsType);

    /// <inheritdoc/>
    public void GrewStale(VolumeStatus volume, VolumeError error)
    {
        Keep(volume);
        _rotationFailed.Add(1, Provider(volume.Provider), ErrorType(error, volume.Provider), OsType, new("rotated", "false"));
        _refreshes.Add(1, Provider(volume.Provider), new(Signals.Outcome, error.ToString()));
    }

    /// <inheritdoc/>
    public void Resumed(VolumeStatus volume) => Keep(volume);

    /// <inheritdoc/>
    public void Unpublished(VolumeStatus volume) => _volumes.TryRemove(volume.VolumeId, out _);

    private void Keep(VolumeStatus volume) => _volumes[volume.VolumeId] = new Seen(volume.State, volume.Provider, volume.ExpiresAt, volume.StaleSince);

    private string ProviderOf(VolumeSpec volume) => _volumes.TryGetValue(volume.VolumeId, out var seen) ? seen.Provider : ProviderOfClass(volume);

    /// <summary>For a volume that is not in service: what its class says. Empty when there is no such class, as with the peer.</summary>
    private string ProviderOfClass(VolumeSpec volume)
    {
        if (_classes.Peek(volume.Pod.Namespace, volume.ClassName) is not { } secretClass)
            return "";
        try
        {
            return _providers.Find(secretClass.Provider).Name;
        }
        catch (VolumeException)
        {
            return NoSuchProvider;
        }
    }

    private IEnumerable<Measurement<long>> Tokens()
    {
        yield return new(Interlocked.Read(ref _tokens[(int)TokenSource.Secrets]), new KeyValuePair<string, object?>("tokens", "secrets"));
        yield return new(Interlocked.Read(ref _tokens[(int)TokenSource.VolumeContext]), new KeyValuePair<string, object?>("tokens", "volume_context"));
        yield return new(Interlocked.Read(ref _tokens[(int)TokenSource.None]), new KeyValuePair<string, object?>("tokens", "none"));
    }

    private IEnumerable<Measurement<long>> Volumes()
        => from volume in _volumes.Values
           group volume by (volume.Provider, volume.State) into alike
           select new Measurement<long>(alike.Count(), Provider(alike.Key.Provider), new("state", alike.Key.State is VolumeState.Stale ? "stale" : "serving"));

    private IEnumerable<Measurement<long>> Expiring()
    {
        var now = _time.GetUtcNow();
        return from volumes in _volumes.Values.GroupBy(volume => volume.Provider)
               from soon in Soon
               select new Measurement<long>(volumes.Count(volume => volume.ExpiresAt - now <= soon.Within), Provider(volumes.Key), new("within", soon.Label));
    }

    private IEnumerable<Measurement<double>> FirstExpiry()
    {
        var now = _time.GetUtcNow();
        return from volume in _volumes.Values
               where volume.ExpiresAt is not null
               group volume.ExpiresAt!.Value by volume.Provider into ends
               select new Measurement<double>((ends.Min() - now).TotalSeconds, Provider(ends.Key));
    }

    private IEnumerable<Measurement<double>> LongestStale()
    {
        var now = _time.GetUtcNow();
        return from volume in _volumes.Values
               group volume.StaleSince by volume.Provider into since
               select new Measurement<double>(since.Max(one => now - one)?.TotalSeconds ?? 0, Provider(since.Key));
    }

    private static KeyValuePair<string, object?> Provider(string name) => new(Signals.Provider, name);

    /// <summary>The peer's word for a failure. It has few: what it does not tell apart is FailedToMount.</summary>
    private static KeyValuePair<string, object?> ErrorType(VolumeError error, string provider) => new("error_type", error switch
    {
        VolumeError.NotFound when provider.Length == 0 => "SecretProviderClassNotFound",
        VolumeError.NotFound or VolumeError.TokenMissing or VolumeError.TokenRefused or VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles
            or VolumeError.ProviderPending or VolumeError.ProviderDenies or VolumeError.ProviderFailed => "GRPCProviderError",
        VolumeError.Full => "FileWriteError",
        _ => "FailedToMount",
    });

    /// <summary>What is remembered of a volume in service, for whoever asks for the metrics.</summary>
    private readonly record struct Seen(VolumeState State, string Provider, DateTimeOffset? ExpiresAt, DateTimeOffset? StaleSince);
}
