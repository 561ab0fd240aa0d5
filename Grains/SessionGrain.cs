using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gate;
using ActorCsi.Grains.Refresh;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace ActorCsi.Grains;

/// <summary>
/// One identity's dealings with one provider for one class. Reentrant: fetches for different objects run side by side.
/// <code>
///   kept a moment ago? ──▶ a copy; some minutes ago, for a renewal in good time
///   in flight? ──────────▶ joined; a more urgent caller takes the fetch forward
///   else ────────────────▶ ProviderGate ─▶ provider; what comes is kept for a moment
///   no answer, new pod, and the class says stale ─▶ a copy of what was kept, no older than the class allows
/// </code>
/// </summary>
[Reentrant]
internal sealed class SessionGrain(
    IProviderCatalog providers, ProviderGates gates, ProviderMetrics metrics, IOptions<ProviderLimits> limits, IOptions<VolumeOptions> volumes, TimeProvider time)
    : Grain, ISessionGrain
{
    private readonly Dictionary<string, SharedFetch> _inFlight = new(StringComparer.Ordinal);
    private readonly KeptBundles _kept = new();
    private IGrainTimer? _sweep;
    private byte[]? _key;

    /// <inheritdoc/>
    public Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        if (!this.GetPrimaryKeyString().StartsWith(SessionKey.IdentityOf(request.Volume.Pod), StringComparison.Ordinal))
            throw new InvalidOperationException("a session was asked on behalf of another identity");
        var provider = providers.Find(request.Class.Provider);
        var shared = provider.SharingKey(request);
        return FetchOrStartStale(Qualified(shared ?? "", request), shared is not null, provider, request, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _kept.Erase();
        return Task.CompletedTask;
    }

    private async Task<SecretBundle> FetchAlone(ISecretProvider provider, FetchRequest request, FetchTicket ticket, CancellationToken cancellationToken)
    {
        using var activity = Signals.Activities.StartActivity("Fetch", ActivityKind.Client);
        activity?.SetTag("actorcsi.provider", provider.Name).SetTag("actorcsi.volume.id", request.Volume.VolumeId);
        try
        {
            var bundle = await (GateOf(provider, request) is { } gate ? gate.Fetch(provider, request, ticket, cancellationToken) : provider.Fetch(request, cancellationToken));
            return bundle with { FetchedAt = bundle.FetchedAt ?? time.GetUtcNow() };
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, Signals.OutcomeOf(failure)); // one word: the message is for the pod's owner
            throw;
        }
    }

    private ProviderGate? GateOf(ISecretProvider provider, FetchRequest request)
        => provider.Endpoint(request.Class) is { } endpoint ? gates.For(provider.Name, endpoint) : null;

    private async Task<SecretBundle> FetchOrStartStale(string key, bool isShared, ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        if (isShared && _kept.ForReuse(key, request.NewerThan, time.GetUtcNow(), request.IsRenewal) is { } kept)
        {
            metrics.Shared(provider.Name);
            return kept;
        }
        try
        {
            return isShared
                ? await Join(key, provider, request, cancellationToken)
                : await FetchAndKeep(key, isShared, provider, request, new FetchTicket(request.Urgency), cancellationToken);
        }
        catch (VolumeException failure) when (failure.Error is VolumeError.ProviderUnavailable or VolumeError.ProviderThrottles && request.Urgency.IsFirst)
        {
            if (_kept.ForOutage(key, time.GetUtcNow()) is not { } copy)
                throw;
            return copy with { StaleBecause = failure.Message };
        }
    }

    /// <summary>
    /// The first who asks starts the fetch, the others join it. It goes on as long as one of them waits; each is given a copy of its own.
    /// </summary>
    private async Task<SecretBundle> Join(string key, ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        // An answer "nothing has changed" is no use to who has other versions, or none.
        var flight = key + Versions(request.Current);
        if (!_inFlight.TryGetValue(flight, out var fetch))
        {
            var ticket = new FetchTicket(request.Urgency);
            fetch = new SharedFetch(ticket, token => FetchAndKeep(key, isShared: true, provider, request, ticket, token));
            _inFlight.Add(flight, fetch);
        }
        else
        {
            metrics.Shared(provider.Name);
            GateOf(provider, request)?.Raise(fetch.Ticket, request.Urgency);
        }
        fetch.Waiting++;
        try
        {
            var bundle = await fetch.Bundle.WaitAsync(cancellationToken);
            return bundle.Copy();
        }
        finally
        {
            if (--fetch.Waiting == 0)
            {
                _inFlight.Remove(flight);
                fetch.Dispose();
            }
        }
    }

    private async Task<SecretBundle> FetchAndKeep(
        string key, bool isShared, ISecretProvider provider, FetchRequest request, FetchTicket ticket, CancellationToken cancellationToken)
    {
        try
        {
            var bundle = await FetchAlone(provider, request, ticket, cancellationToken);
            if (isShared ? !bundle.WrittenByProvider : bundle.MayStartOthers)
                Keep(key, isShared, request, bundle);
            return bundle;
        }
        catch (VolumeException failure) when (failure.Error is VolumeError.ProviderDenies or VolumeError.TokenRefused or VolumeError.NotFound)
        {
            _kept.Drop(key); // whoever has lost a right must not have it for another quarter of an hour by way of a copy
            throw;
        }
    }

    private void Keep(string key, bool isShared, FetchRequest request, SecretBundle bundle)
    {
        var parameters = RefreshParameters.Of(request.Class);
        if (!isShared && !parameters.StartsStale)
            return;
        var now = time.GetUtcNow();
        _kept.Keep(key, bundle.Copy(), new KeptFor(
            Reuse: isShared ? now + ReuseFor(bundle, parameters.Policy(volumes.Value).Interval) : now,
            Renewal: isShared ? now + RenewalFor(bundle) : now,
            Outage: parameters.StartsStale ? now + (parameters.StaleFor ?? limits.Value.StaleFor) : now));
        ArmSweep();
    }

    /// <summary>A moment, measured by how fast the content grows old.</summary>
    private TimeSpan ReuseFor(SecretBundle bundle, TimeSpan? interval)
    {
        var moment = limits.Value.ReuseFor;
        if (bundle.ExpiresAt is { } end)
            moment = Shorter(moment, (end - bundle.FetchedAt!.Value) / 10);
        if (interval is { } each)
            moment = Shorter(moment, each / 4);
        return moment > TimeSpan.Zero ? moment : TimeSpan.Zero;
    }

    /// <summary>
    /// Volumes that started minutes apart hold content of different age, and would each renew it at another time for ever. Where one finds what another has just
    /// renewed, it takes that, and from then on they are due together.
    /// </summary>
    private TimeSpan RenewalFor(SecretBundle bundle)
        => bundle.ExpiresAt is { } end ? Shorter(limits.Value.RenewalReuseFor, (end - bundle.FetchedAt!.Value) / 10) : TimeSpan.Zero;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Erases each copy when its time is over, and keeps the session alive until then.</summary>
    private void ArmSweep()
    {
        if (_kept.NextEnd is not { } end)
            return;
        var wait = end - time.GetUtcNow();
        wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        DelayDeactivation(wait + TimeSpan.FromMinutes(1));
        if (_sweep is null)
            _sweep = this.RegisterGrainTimer(Sweep, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true });
        else
            _sweep.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private Task Sweep()
    {
        _kept.EraseEnded(time.GetUtcNow());
        ArmSweep();
        return Task.CompletedTask;
    }

    /// <summary>
    /// The provider's key, and what it is asked with beside the identity: the Secret of nodePublishSecretRef may be credentials, and who has other
    /// credentials is somebody else.
    /// </summary>
    private string Qualified(string key, FetchRequest request)
    {
        if (request.NodePublishSecrets.IsDefaultOrEmpty)
            return key;
        _key ??= RandomNumberGenerator.GetBytes(32);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        foreach (var (name, value) in request.NodePublishSecrets)
        {
            Append(hash, Encoding.UTF8.GetBytes(name));
            Append(hash, value.Expose());
        }
        return $"{key}\n{Convert.ToHexString(hash.GetHashAndReset())}";
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }

    private static string Versions(ImmutableArray<ObjectVersion> objects)
        => objects.IsDefaultOrEmpty ? "" : "\n" + string.Join('\n', objects.Select(known => $"{known.Id}@{known.Version}"));

    /// <summary>A fetch that several volumes wait for. Touched only inside the grain's turns.</summary>
    private sealed class SharedFetch : IDisposable
    {
        private readonly CancellationTokenSource _nobodyWaits = new();

        public SharedFetch(FetchTicket ticket, Func<CancellationToken, Task<SecretBundle>> fetch)
        {
            Ticket = ticket;
            Bundle = fetch(_nobodyWaits.Token);
        }

        public FetchTicket Ticket { get; }

        public Task<SecretBundle> Bundle { get; }

        public int Waiting { get; set; }

        /// <summary>Nobody waits any more: the fetch is given up, or what it brought is erased.</summary>
        public void Dispose()
        {
            _nobodyWaits.Cancel();
            _nobodyWaits.Dispose();
            Bundle.ContinueWith(static bundle => bundle.Result.Erase(), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
