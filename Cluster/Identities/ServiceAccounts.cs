using System.Collections.Concurrent;
using ActorCsi.Grains.Providers;
using ActorCsi.Kubernetes;

namespace ActorCsi.Cluster.Identities;

/// <summary>
/// Annotations of service accounts, out of the API server. Asked one by one, and only for pods of this node: a watch would need the right to list all accounts of
/// the cluster. What was read counts for a minute, and beyond it while the server is away.
/// </summary>
internal sealed class ServiceAccounts(IKubernetes api, TimeProvider time) : IServiceAccounts
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);

    /// <summary>Far more than pods of a node can have; accounts come and go with them.</summary>
    private const int Most = 4096;

    private readonly ConcurrentDictionary<(string Namespace, string Name), Read> _read = new();

    /// <inheritdoc/>
    public async Task<StringMap> Annotations(string @namespace, string name, CancellationToken cancellationToken)
    {
        var last = _read.GetValueOrDefault((@namespace, name));
        if (last is not null && time.GetElapsedTime(last.At) < FreshFor)
            return last.Annotations;
        try
        {
            var account = await api.Get(Resources.ServiceAccounts, @namespace, name, null, cancellationToken);
            return Remember((@namespace, name), new StringMap(account.Metadata.Annotations ?? new Dictionary<string, string>()));
        }
        catch (KubernetesException failure) when (failure.IsNotFound)
        {
            _read.TryRemove((@namespace, name), out _);
            throw new VolumeException(VolumeError.NotFound, $"there is no service account {@namespace}/{name}", failure);
        }
        catch (KubernetesException failure) when (last is not null && failure.IsUnavailable)
        {
            return last.Annotations;
        }
        catch (KubernetesException failure)
        {
            throw Unknown($"the annotations of service account {@namespace}/{name}", "serviceaccounts", failure);
        }
    }

    /// <summary>Why something of the cluster's cannot be known here.</summary>
    internal static VolumeException Unknown(string what, string resource, KubernetesException failure) => new(
        VolumeError.ClusterUnavailable,
        $"{what} cannot be read: {failure.Message}{(failure.Reason == StatusReason.Forbidden ? $"; the driver's ClusterRole must allow get of {resource}" : "")}", failure);

    private StringMap Remember((string, string) key, StringMap annotations)
    {
        if (_read.Count >= Most)
            _read.Clear();
        _read[key] = new Read(annotations, time.GetTimestamp());
        return annotations;
    }

    private sealed record Read(StringMap Annotations, long At);
}
