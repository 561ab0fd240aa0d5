using System.Collections.Concurrent;
using System.Text;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Issuance;

/// <summary>ClusterTrustBundles out of the API server: those that classes of this node name, from the first time on. There are as many as there are signers: a few.</summary>
internal sealed class ClusterTrustBundles(IKubernetes api, TimeProvider time, ILogger<ClusterTrustBundles> log) : IClusterTrust, IDisposable
{
    private readonly ConcurrentDictionary<TrustSelection, Lazy<FollowedTrust>> _followed = new();
    private readonly CancellationTokenSource _stopped = new();

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public ITrustBundle Follow(TrustSelection selection) => _followed.GetOrAdd(selection, Begin).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private Lazy<FollowedTrust> Begin(TrustSelection wanted) => new(() =>
    {
        var followed = new FollowedTrust(wanted.ToString(), time, log, () => Changed?.Invoke(), _stopped.Token);
        var selection = wanted.Name is { } name ? Selection.One(name) : new Selection { Fields = $"spec.signerName={wanted.Signer}", Labels = wanted.Labels };
        followed.Begin(api, null, selection, new ReflectorOptions());
        return followed;
    });
}

/// <summary>The certificates of some ClusterTrustBundles, as one PEM text in the order of their names.</summary>
internal sealed class FollowedTrust(string title, TimeProvider time, ILogger log, Action changed, CancellationToken stopped)
    : Followed<V1ClusterTrustBundle, string>(title, Resources.ClusterTrustBundles, time, log, changed, stopped), ITrustBundle
{
    /// <inheritdoc/>
    async ValueTask<byte[]> ITrustBundle.Find(CancellationToken cancellationToken)
        => await Find(cancellationToken) is { } pem ? Encoding.ASCII.GetBytes(pem) : throw new VolumeException(VolumeError.NotFound, $"{Title}: there is none, or there are no certificates in it");

    /// <inheritdoc/>
    public byte[]? Peek() => Current is { } pem ? Encoding.ASCII.GetBytes(pem) : null;

    protected override string? Read(IReadOnlyCollection<V1ClusterTrustBundle> items)
    {
        var all = new StringBuilder();
        foreach (var pem in items.Select(item => item.Spec?.TrustBundle?.TrimEnd()).OfType<string>())
            all.Append(pem).Append('\n');
        return all.Length == 0 ? null : all.ToString();
    }
}
