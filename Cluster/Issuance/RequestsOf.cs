using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;

namespace ActorCsi.Cluster.Issuance;

/// <summary>
/// Requests of one kind: made by whoever is to be seen as asking, and then watched by the driver until they are decided on. One create and one watch for each; after a
/// restart one look.
/// </summary>
internal abstract class RequestsOf<T>(IKubernetes api, Resource<T> resource, TimeProvider time) : ICertificateRequests
    where T : KubernetesObject
{
    /// <summary>An old request must not hold up a new one.</summary>
    private static readonly CallOptions Briefly = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <inheritdoc/>
    public abstract RequestKind Kind { get; }

    /// <inheritdoc/>
    public async Task<CertificateDecision> Obtain(CertificateDraft draft, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(draft.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var state = $"{Title(draft)} is not made yet";
        try
        {
            var item = draft.IsNew ? await Make(draft, either.Token) : await Find(draft, either.Token) ?? await Make(draft, either.Token);
            while (true)
            {
                await foreach (var seen in From(item, draft, either.Token))
                {
                    if (seen is null)
                        return new CertificateDecision(null, new VolumeException(VolumeError.NotFound, $"{Title(draft)} was deleted before it was decided on; another one is made at the next try"));
                    if (Decide(seen, draft) is { } decision)
                        return decision;
                    (item, state) = (seen, $"{Title(draft)} {State(seen, draft)}");
                }
                item = await Find(draft, either.Token); // the server ends watches now and then
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VolumeException(VolumeError.ProviderPending, $"{state}; it is waited for again at the next try");
        }
        catch (KubernetesException failure)
        {
            throw RequestFailures.Of(failure, draft, resource.ToString());
        }
    }

    /// <inheritdoc/>
    public virtual async Task Delete(RequestName request, CancellationToken cancellationToken)
    {
        try
        {
            await api.Delete(resource, request.Namespace, request.Name, null, Briefly, cancellationToken);
        }
        catch (KubernetesException failure)
        {
            throw new VolumeException(VolumeError.ProviderUnavailable, failure.Message);
        }
    }

    /// <summary>The object that asks for what the draft says.</summary>
    protected abstract T New(CertificateDraft draft);

    /// <summary>What was decided; null when nothing was yet.</summary>
    protected abstract CertificateDecision? Decide(T item, CertificateDraft draft);

    /// <summary>What a request that is not decided on waits for, worded to follow its name.</summary>
    protected abstract string State(T item, CertificateDraft draft);

    /// <summary>The request in words: <c>CertificateRequest shop/web-0-1a2b</c>.</summary>
    protected string Title(CertificateDraft draft) => $"{resource.Kind} {(draft.Name.Namespace.Length == 0 ? "" : draft.Name.Namespace + "/")}{draft.Name.Name}";

    /// <summary>The request as it was made; as it is, when it was there: its name is ours alone.</summary>
    private async Task<T?> Make(CertificateDraft draft, CancellationToken cancellationToken)
    {
        try
        {
            return await api.Create(resource, New(draft), new CallOptions { BearerToken = draft.Token?.Token.ExposeText() }, cancellationToken);
        }
        catch (KubernetesException answer) when (answer.IsAlreadyExists)
        {
            return await Find(draft, cancellationToken);
        }
    }

    private async Task<T?> Find(CertificateDraft draft, CancellationToken cancellationToken)
    {
        try
        {
            return await api.Get(resource, draft.Name.Namespace, draft.Name.Name, null, cancellationToken);
        }
        catch (KubernetesException answer) when (answer.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>The request as it is and as it becomes; null when it is gone. Ends when the server ends the watch.</summary>
    private async IAsyncEnumerable<T?> From(T? item, CertificateDraft draft, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return item;
        if (item is null)
            yield break;
        IAsyncEnumerable<WatchEvent<T>> events;
        try
        {
            events = await api.Watch(resource, draft.Name.Namespace, item.Metadata.ResourceVersion!, Selection.One(draft.Name.Name), null, cancellationToken);
        }
        catch (KubernetesException answer) when (answer.IsGone)
        {
            yield break;
        }
        await foreach (var change in events.WithCancellation(cancellationToken))
            if (change.Type is not WatchEventType.Bookmark)
                yield return change.Type is WatchEventType.Deleted ? null : change.Item;
    }
}
