using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Classes;

/// <summary>One class as it was last seen, and how sure that is.</summary>
internal sealed class FollowedClass : IReflection<V1SecretProviderClass>
{
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Action _changed;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationToken _until;
    private readonly Lock _gate = new();
    private TaskCompletionSource _answer = NewAnswer(); // under _gate
    private volatile SecretProviderClass? _current;
    private volatile string? _doubt = "the API server has not answered yet";
    private bool _isInDoubt; // whether the API server was found to be out of reach

    public FollowedClass(ClassName name, TimeProvider time, ILogger log, Action changed, CancellationToken stopped)
    {
        (Name, _time, _log, _changed) = (name, time, log, changed);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        _until = _ended.Token;
    }

    public ClassName Name { get; }

    /// <summary>The class; null when there is none, or none is known. The same instance as long as nothing in it changes.</summary>
    public SecretProviderClass? Current => _current;

    /// <summary>Why <see cref="Current"/> may not be as it is now; null when it is.</summary>
    public string? Doubt => _doubt;

    /// <summary>When it was asked for last, as a timestamp.</summary>
    public long AskedAt { get; set; }

    /// <summary>Completes when the API server has said something, or has been found to say nothing; again and again as long as it says nothing.</summary>
    public Task Answered
    {
        get
        {
            lock (_gate)
                return _answer.Task;
        }
    }

    public void Begin(Reflector<V1SecretProviderClass> reflector) => _ = Task.Run(() => Run(reflector), _until);

    public void End()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    public void Replace(ObjectList<V1SecretProviderClass> all) => See(all.Items is [var item, ..] ? item : null);

    public void Apply(WatchEvent<V1SecretProviderClass> change) => See(change.Type is WatchEventType.Deleted ? null : change.Item);

    public void InTouch()
    {
        if (_isInDoubt)
            Log.ClassInTouch(_log, Name);
        (_isInDoubt, _doubt) = (false, null);
        lock (_gate)
            _answer.TrySetResult(); // a watch that goes on where the last one ended has nothing to say, and that is an answer
    }

    public void OutOfTouch(KubernetesException why)
    {
        if (!_isInDoubt)
        {
            Log.ClassOutOfTouch(_log, Name, why.Message);
            _doubt = $"since {_time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z the class cannot be followed: {why.Message}{Mend(why)}";
        }
        _isInDoubt = true;
        lock (_gate)
        {
            _answer.TrySetResult();
            if (_current is null)
                _answer = NewAnswer(); // who asks now waits for the next attempt
        }
    }

    private async Task Run(Reflector<V1SecretProviderClass> reflector)
    {
        try
        {
            await reflector.Run(_until);
        }
        catch (OperationCanceledException)
        {
            // No volume has the class any more, or the driver stops.
        }
        catch (Exception failure) // a bug: the class stays as it is, and says so
        {
            Log.ClassNotFollowed(_log, Name, failure);
            _doubt = $"since {_time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z the class is not followed: {failure.GetType().Name}; the log says more";
        }
    }

    private void See(V1SecretProviderClass? item)
    {
        var seen = item is null ? null : ClassOfCluster.Read(item);
        var isOther = seen is null ? _current is not null : !seen.Equals(_current);
        if (isOther)
            _current = seen;
        _doubt = null;
        lock (_gate)
            _answer.TrySetResult();
        if (isOther)
            _changed();
    }

    private static string Mend(KubernetesException why) => why switch
    {
        { Reason: StatusReason.Forbidden } => "; the driver's ClusterRole must allow list and watch of secretproviderclasses",
        { IsNotFound: true } => "; is the CRD secretproviderclasses.secrets-store.csi.x-k8s.io installed?",
        _ => "",
    };

    private static TaskCompletionSource NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
