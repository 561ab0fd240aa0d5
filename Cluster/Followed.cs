using ActorCsi.Kubernetes;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster;

/// <summary>What objects of the API server amount to, as they were last seen, and how sure that is. They are listed and watched from <see cref="Begin"/> on.</summary>
/// <param name="title">What is followed, for messages: <c>SecretProviderClass shop/database</c>.</param>
/// <param name="resource">Their collection.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told that they cannot be followed.</param>
/// <param name="changed">What is done when they amount to something else.</param>
/// <param name="stopped">The end of the driver.</param>
internal abstract class Followed<TKind, T>(string title, Resource<TKind> resource, TimeProvider time, ILogger log, Action changed, CancellationToken stopped) : IReflection<TKind>
    where TKind : KubernetesObject
    where T : class
{
    /// <summary>How long an answer is waited for. kubelet waits two minutes, and asks again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    private readonly SortedDictionary<string, TKind> _items = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TaskCompletionSource _answer = NewAnswer(); // under _gate
    private volatile T? _current;
    private volatile string? _doubt = "the API server has not answered yet";
    private bool _isInDoubt; // whether the API server was found to be out of reach

    /// <summary>What they amount to; null when there are none, or none are known. The same instance as long as nothing in it changes.</summary>
    public T? Current => _current;

    /// <summary>What is followed, for messages.</summary>
    protected string Title => title;

    /// <summary>Why <see cref="Current"/> may not be as it is now; null when it is.</summary>
    public string? Doubt => _doubt;

    /// <summary>What they amount to; null when there are none. What is not known yet is waited for.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.ClusterUnavailable"/>: it is not known, and cannot be learned now.</exception>
    public ValueTask<T?> Find(CancellationToken cancellationToken) => _current is { } known ? new(known) : new(Learn(cancellationToken));

    public void Begin(IKubernetes api, string? @namespace, Selection selection, ReflectorOptions reflectors)
    {
        var reflector = new Reflector<TKind>(api, resource, @namespace, selection, this, reflectors, time);
        var until = _ended.Token;
        _ = Task.Run(() => Run(reflector, until), until);
    }

    public void End()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    public void Replace(ObjectList<TKind> all)
    {
        _items.Clear();
        foreach (var item in all.Items)
            _items[item.Metadata.Name!] = item;
        See();
    }

    public void Apply(WatchEvent<TKind> change)
    {
        if (change.Type is WatchEventType.Deleted)
            _items.Remove(change.Item!.Metadata.Name!);
        else
            _items[change.Item!.Metadata.Name!] = change.Item;
        See();
    }

    public void InTouch()
    {
        if (_isInDoubt)
            Log.InTouch(log, title);
        (_isInDoubt, _doubt) = (false, null);
        lock (_gate)
            _answer.TrySetResult(); // a watch that goes on where the last one ended has nothing to say, and that is an answer
    }

    public void OutOfTouch(KubernetesException why)
    {
        if (!_isInDoubt)
        {
            Log.OutOfTouch(log, title, why.Message);
            _doubt = $"since {time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z {title} cannot be followed: {why.Message}{Mend(why)}";
        }
        _isInDoubt = true;
        lock (_gate)
        {
            _answer.TrySetResult();
            if (_current is null)
                _answer = NewAnswer(); // who asks now waits for the next attempt
        }
    }

    /// <summary>What to look at where the API server knows no such objects; worded to follow a sentence.</summary>
    protected virtual string Missing => $"; does this cluster serve {resource} of {resource.Version}?";

    /// <summary>What <paramref name="items"/> amount to, in the order of their names; null for nothing.</summary>
    protected abstract T? Read(IReadOnlyCollection<TKind> items);

    private async Task Run(Reflector<TKind> reflector, CancellationToken until)
    {
        try
        {
            await reflector.Run(until);
        }
        catch (OperationCanceledException)
        {
            // Nobody wants to know any more, or the driver stops.
        }
        catch (Exception failure) // a bug: what was last seen counts, and says so
        {
            Log.NotFollowed(log, title, failure);
            _doubt = $"since {time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z {title} is not followed: {failure.GetType().Name}; the log says more";
        }
    }

    private async Task<T?> Learn(CancellationToken cancellationToken)
    {
        try
        {
            Task answered;
            lock (_gate)
                answered = _answer.Task;
            await answered.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Then what was heard last is all that can be told.
        }
        return _current ?? (_doubt is { } doubt
            ? throw new VolumeException(VolumeError.ClusterUnavailable, $"{title} is not known here, and cannot be asked for: {doubt}")
            : null);
    }

    private void See()
    {
        var seen = Read(_items.Values);
        var isOther = seen is null ? _current is not null : !seen.Equals(_current);
        if (isOther)
            _current = seen;
        _doubt = null;
        lock (_gate)
            _answer.TrySetResult();
        if (isOther)
            changed();
    }

    private string Mend(KubernetesException why) => why switch
    {
        { Reason: StatusReason.Forbidden } => $"; the driver's ClusterRole must allow list and watch of {resource.Plural}",
        { IsNotFound: true } => Missing,
        _ => "",
    };

    private static TaskCompletionSource NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
