using System.Globalization;
using System.Text;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Fleet;

/// <summary>A secret store for the whole fleet: it takes its time, has a quota, is down or overwhelmed at times, and counts who asks.</summary>
internal sealed class Store(Scenario scenario, FleetTime time, Tally tally) : ISecretProvider
{
    public const string Audience = "store";

    private static readonly TimeSpan QuotaWindow = TimeSpan.FromSeconds(10);

    private TimeSpan _window;
    private int _inWindow;

    public string Name => "store";

    public TokenDemand Demand(SecretProviderClass secretClass) => scenario.TokenLife > TimeSpan.Zero ? TokenDemand.For(Audience) : TokenDemand.None;

    public string? SharingKey(FetchRequest request) => scenario.Shared ? "objects" : null;

    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        tally.Asked(time.Elapsed, scenario.Objects);
        if (Now("outage") is not null)
        {
            await Task.Delay(scenario.Latency, time, cancellationToken);
            throw new VolumeException(VolumeError.ProviderUnavailable, "the store is down");
        }
        if (Now("throttle") is { } storm)
            throw Throttled(storm.RetryAfter);
        if (IsBeyondQuota())
            throw Throttled(_window + QuotaWindow - time.Elapsed);
        if (IsHung(request.Volume.VolumeId))
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        await Task.Delay(scenario.Latency, time, cancellationToken);
        tally.Answered(time.Elapsed, scenario.Objects);
        return Bundle();
    }

    private static bool IsHungName(string volumeId, int hung)
        => volumeId.LastIndexOf('-') is var dash && int.TryParse(volumeId.AsSpan(dash + 1), CultureInfo.InvariantCulture, out var number) && number < hung;

    private bool IsHung(string volumeId) => scenario.Hung > 0 && IsHungName(volumeId, scenario.Hung);

    private Event? Now(string what)
    {
        foreach (var candidate in scenario.Events)
            if (candidate.What == what && candidate.At <= time.Elapsed && time.Elapsed < candidate.End)
                return candidate;
        return null;
    }

    private bool IsBeyondQuota()
    {
        var quota = Now("quota")?.Count ?? scenario.Quota;
        if (quota == 0)
            return false;
        if (time.Elapsed >= _window + QuotaWindow)
            (_window, _inWindow) = (time.Elapsed, 0);
        return (_inWindow += scenario.Objects) > quota * QuotaWindow.TotalSeconds;
    }

    private VolumeException Throttled(TimeSpan? retryAfter)
    {
        tally.Throttled += scenario.Objects;
        return new VolumeException(VolumeError.ProviderThrottles, "429") { RetryAfter = retryAfter };
    }

    /// <summary>Each file says when it was fetched and when it ends, so that whoever shows it can be judged.</summary>
    private SecretBundle Bundle()
    {
        var now = time.GetUtcNow();
        DateTimeOffset? end = scenario.Life > TimeSpan.Zero ? now + scenario.Life : null;
        var content = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time.Elapsed.Ticks} {(end is null ? long.MaxValue : (time.Elapsed + scenario.Life).Ticks)}"));
        return new SecretBundle
        {
            Files = [.. Enumerable.Range(0, scenario.Objects).Select(i => new SecretFile(i == 0 ? "a" : $"o{i}", SecretFile.DefaultMode, new Secret([.. content])))],
            ExpiresAt = end,
        };
    }
}

/// <summary>The one class of the fleet.</summary>
internal sealed class FleetClasses(Scenario scenario) : IClassSource
{
    private readonly SecretProviderClass _class = new(FleetPod.Namespace, FleetPod.ClassName, "store", scenario.Class, []);

    public event Action<ClassName>? Changed
    {
        add { }
        remove { }
    }

    public SecretProviderClass? Peek(string @namespace, string name) => _class;

    public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken) => new(_class);
}
