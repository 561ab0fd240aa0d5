using System.Diagnostics;
using ActorCsi.Grains.Providers;
using Orleans.Concurrency;

namespace ActorCsi.Grains;

/// <summary>One identity's dealings with one provider. Reentrant: fetches for different objects run side by side.</summary>
[Reentrant]
internal sealed class SessionGrain(IProviderCatalog providers, ProviderGates gates, ProviderMetrics metrics) : Grain, ISessionGrain
{
    private readonly Dictionary<string, SharedFetch> _inFlight = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var provider = providers.Find(request.Class.Provider);
        return provider.SharingKey(request) is { } key
            ? await FetchShared(key, provider, request, cancellationToken)
            : await FetchAlone(provider, request, cancellationToken);
    }

    private async Task<SecretBundle> FetchAlone(ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        using var activity = Signals.Activities.StartActivity("Fetch", ActivityKind.Client);
        activity?.SetTag("provider", provider.Name).SetTag("volume", request.Volume.VolumeId);
        try
        {
            return await gates.For(provider.Name).Fetch(provider, request, cancellationToken);
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, Signals.OutcomeOf(failure)); // one word: the message is for the pod's owner
            throw;
        }
    }

    /// <summary>
    /// The first who asks starts the fetch, the others join it. It goes on as long as one of them waits; each is given a copy of its own.
    /// </summary>
    private async Task<SecretBundle> FetchShared(string key, ISecretProvider provider, FetchRequest request, CancellationToken cancellationToken)
    {
        if (!_inFlight.TryGetValue(key, out var fetch))
        {
            fetch = new SharedFetch(token => FetchAlone(provider, request, token));
            _inFlight.Add(key, fetch);
        }
        else
        {
            metrics.Shared(provider.Name);
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
                _inFlight.Remove(key);
                fetch.Dispose();
            }
        }
    }

    /// <summary>A fetch that several volumes wait for. Touched only inside the grain's turns.</summary>
    private sealed class SharedFetch : IDisposable
    {
        private readonly CancellationTokenSource _nobodyWaits = new();

        public SharedFetch(Func<CancellationToken, Task<SecretBundle>> fetch) => Bundle = fetch(_nobodyWaits.Token);

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
