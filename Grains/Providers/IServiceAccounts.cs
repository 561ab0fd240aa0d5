namespace ActorCsi.Grains.Providers;

/// <summary>
/// What is written on the cluster's service accounts: clouds bind their identities to them by annotations, such as <c>eks.amazonaws.com/role-arn</c> and
/// <c>azure.workload.identity/client-id</c>.
/// </summary>
public interface IServiceAccounts
{
    /// <summary>The annotations of a service account, as they are now or were a minute ago; while the API server is away, as they were last.</summary>
    /// <exception cref="VolumeException">They cannot be known: there is no such account (<see cref="VolumeError.NotFound"/>), or nobody who could be asked (<see cref="VolumeError.ClusterUnavailable"/>).</exception>
    Task<StringMap> Annotations(string @namespace, string name, CancellationToken cancellationToken);
}

/// <summary>Where the driver runs without an API server: each provider that asks says what else could tell it.</summary>
internal sealed class NoServiceAccounts : IServiceAccounts
{
    /// <inheritdoc/>
    public Task<StringMap> Annotations(string @namespace, string name, CancellationToken cancellationToken) => throw new VolumeException(
        VolumeError.ClusterUnavailable, $"the annotations of service account {@namespace}/{name} cannot be read: the driver runs without an API server (--kubernetes)");
}
