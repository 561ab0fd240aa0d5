namespace ActorCsi.Kubernetes;

/// <summary>Who is told by a <see cref="Reflector{T}"/>. All calls come one after the other.</summary>
public interface IReflection<T>
    where T : KubernetesObject
{
    /// <summary>The collection as a whole, at the beginning and whenever events may have been missed.</summary>
    void Replace(ObjectList<T> all);

    /// <summary>What happened to one object since. Never a bookmark.</summary>
    void Apply(WatchEvent<T> change);

    /// <summary>The server is in touch: what was told is all that has happened. Told after every beginning, also of a watch that goes on where the last one ended.</summary>
    void InTouch()
    {
    }

    /// <summary>The server is out of reach, or says no; another attempt follows. What was told may be out of date.</summary>
    void OutOfTouch(KubernetesException why)
    {
    }
}

/// <summary>
/// Keeps somebody told of a collection, or of one object of it: lists it, watches it from there, goes on when the watch ends, and lists again when the server no
/// longer knows what has happened since (410).
/// </summary>
public sealed class Reflector<T>
    where T : KubernetesObject
{
    private readonly IKubernetes _api;
    private readonly Resource<T> _resource;
    private readonly string? _namespace;
    private readonly Selection? _selection;
    private readonly IReflection<T> _reflection;
    private readonly ReflectorOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Tells <paramref name="reflection"/> of the objects of <paramref name="selection"/>.</summary>
    public Reflector(
        IKubernetes api, Resource<T> resource, string? @namespace, Selection? selection, IReflection<T> reflection, ReflectorOptions options, TimeProvider time)
    {
        _api = api;
        _resource = resource;
        _namespace = @namespace;
        _selection = selection;
        _reflection = reflection;
        _options = options;
        _time = time;
    }

    /// <summary>Runs until it is cancelled. Only that ends it.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        string? version = null;
        var failures = 0;
        while (true)
        {
            var began = _time.GetTimestamp();
            try
            {
                version ??= await List(cancellationToken);
                var events = await _api.Watch(_resource, _namespace, version, _selection, null, cancellationToken);
                _reflection.InTouch();
                await foreach (var change in events.WithCancellation(cancellationToken))
                {
                    version = change.ResourceVersion;
                    failures = 0;
                    if (change.Type is not WatchEventType.Bookmark)
                        _reflection.Apply(change);
                }
                failures = _time.GetElapsedTime(began) < _options.ShortWatch ? failures + 1 : 0;
            }
            catch (KubernetesException e) when (e.IsGone)
            {
                version = null;
                failures++; // a server that forgets at once must not be listed without a pause
            }
            catch (KubernetesException e)
            {
                failures++;
                _reflection.OutOfTouch(e);
                await Pause(Longer(e.RetryAfter, Backoff(failures)), cancellationToken);
                continue;
            }
            await Pause(failures > 1 ? Backoff(failures - 1) : TimeSpan.Zero, cancellationToken);
        }
    }

    private async Task<string> List(CancellationToken cancellationToken)
    {
        var all = await _api.List(_resource, _namespace, _selection, null, cancellationToken);
        _reflection.Replace(all);
        return all.ResourceVersion;
    }

    private async Task Pause(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, _time, cancellationToken);
        else
            cancellationToken.ThrowIfCancellationRequested();
    }

    private static TimeSpan Longer(TimeSpan? one, TimeSpan other) => one > other ? one.Value : other;

    private TimeSpan Backoff(int failures)
    {
        var pause = _options.FirstPause * Math.Pow(2, Math.Min(failures, 30) - 1);
        return (pause < _options.LongestPause ? pause : _options.LongestPause) * (0.5 + (0.5 * _options.Chance()));
    }
}

/// <summary>How a <see cref="Reflector{T}"/> waits.</summary>
public sealed record ReflectorOptions
{
    /// <summary>The first pause after a failure; each further one is twice as long. Default 1 second.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after a failure. Default 30 seconds.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A watch that ends sooner than this is taken for a failing one when it comes repeatedly. Default 2 seconds.</summary>
    public TimeSpan ShortWatch { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Chance: a number from 0 up to 1, for jitter. Default: the process's own random numbers.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;
}
