using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Classes;

/// <summary>
/// SecretProviderClasses out of the API server: those that volumes of this node have, and those that were asked for a moment ago; no others. Each is listed and watched by
/// its name, so that neither memory nor traffic grows with the cluster (docs/decisions/0008-classes-are-watched-by-name.md).
/// </summary>
/// <remarks>
/// A class is followed from the first time that it is asked for, or that a volume resumes with it, until its last volume is gone. While the API server is out of reach,
/// the last that was seen of a class counts, and <see cref="Doubt"/> says since when; of a class that was never seen nothing is said but that it cannot be learned now.
/// </remarks>
public sealed class ClusterClasses : IClassSource, IHostedService, IDisposable
{
    /// <summary>How long a class is kept that no volume has: pods come back, and many come at once.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    private readonly IKubernetes _api;
    private readonly MountedClasses _mounted;
    private readonly ReflectorOptions _reflectors;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<ClassName, FollowedClass> _followed = []; // under _gate
    private ITimer? _sweep;
    private bool _isDisposed; // a host disposes what it was given under two names twice

    /// <summary>Classes as <paramref name="api"/> has them. Nothing is asked before somebody asks.</summary>
    public ClusterClasses(IKubernetes api, MountedClasses mounted, ReflectorOptions reflectors, TimeProvider time, ILogger<ClusterClasses> log)
        => (_api, _mounted, _reflectors, _time, _log) = (api, mounted, reflectors, time, log);

    /// <inheritdoc/>
    public event Action<ClassName>? Changed;

    /// <summary>How many classes are in memory.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _followed.Count;
        }
    }

    /// <inheritdoc/>
    public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken)
        => Follow(new ClassName(@namespace, name)).Find(cancellationToken);

    /// <inheritdoc/>
    public SecretProviderClass? Peek(string @namespace, string name) => Known(new ClassName(@namespace, name))?.Current;

    /// <inheritdoc/>
    public string? Doubt(string @namespace, string name) => Known(new ClassName(@namespace, name))?.Doubt;

    /// <summary>Follows the classes of volumes that resume, and drops those that no volume has any more.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _mounted.Mounted += Hold;
        _sweep = _time.CreateTimer(_ => Sweep(), null, Linger, Linger);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _mounted.Mounted -= Hold;
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }
        _sweep?.Dispose();
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private FollowedClass? Known(ClassName name)
    {
        lock (_gate)
            return _followed.GetValueOrDefault(name);
    }

    private void Hold(ClassName name) => Follow(name);

    private FollowedClass Follow(ClassName name)
    {
        lock (_gate)
        {
            if (!_followed.TryGetValue(name, out var followed))
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                followed = new FollowedClass(name, _time, _log, () => Changed?.Invoke(name), _stopped.Token);
                _followed.Add(name, followed);
                followed.Begin(_api, name.Namespace, Selection.One(name.Name), _reflectors);
            }
            followed.AskedAt = _time.GetTimestamp();
            return followed;
        }
    }

    private void Sweep()
    {
        lock (_gate)
            foreach (var (name, followed) in _followed)
                if (!_mounted.Contains(name) && _time.GetElapsedTime(followed.AskedAt) >= Linger)
                {
                    _followed.Remove(name);
                    followed.End();
                }
    }
}
