using System.Collections.Immutable;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains.Providers;

/// <summary>A secret store, a certificate authority, or whatever else content comes from. Plugins and built-in providers alike.</summary>
public interface ISecretProvider
{
    /// <summary>The name that stands in spec.provider of a SecretProviderClass.</summary>
    string Name { get; }

    /// <summary>
    /// Which of the pod's tokens a fetch for <paramref name="secretClass"/> needs. The provider is given these and no others, and only
    /// after their audience, time and pod were checked.
    /// </summary>
    /// <exception cref="VolumeException">The parameters make no sense (<see cref="VolumeError.Invalid"/>).</exception>
    TokenDemand Demand(SecretProviderClass secretClass);

    /// <summary>
    /// Who answers for <paramref name="secretClass"/>: a name, or a URL without anything secret. What one endpoint cannot bear never slows another down:
    /// limits, queue and breaker are kept for each. Default: the provider's name, for providers that are one endpoint. Null: nobody, it asks other providers, whose
    /// limits count.
    /// </summary>
    string? Endpoint(SecretProviderClass secretClass) => Name;

    /// <summary>
    /// A key under which two fetches of one identity are the same, so that one call can serve both; null when each volume
    /// must have its own (tokens, private keys).
    /// </summary>
    string? SharingKey(FetchRequest request);

    /// <summary>Fetches one whole bundle, now. The caller owns the bundle and erases it.</summary>
    /// <exception cref="VolumeException">No bundle can be had, and why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> ended the fetch; whose it is knows what that means.</exception>
    Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// What volumes were given may not be what they would be given now, though nothing of it is due: each is looked at by <see cref="IsOutdated"/>. Raised on any thread.
    /// </summary>
    event Action? Changed
    {
        add { }
        remove { }
    }

    /// <summary>
    /// Whether a volume that holds <paramref name="held"/> would be given something else now. Such a volume asks soon, at a time of its own. From memory: nobody is asked.
    /// </summary>
    /// <exception cref="VolumeException">The parameters make no sense.</exception>
    bool IsOutdated(SecretProviderClass secretClass, ImmutableArray<ObjectVersion> held) => false;

    /// <summary>
    /// A volume is gone, or never came to be: what was taken out for it at the store may be given back. Told of every volume, also of those that never
    /// had anything to do with this provider. Must not wait for a store: the unpublish waits for this.
    /// </summary>
    Task Release(string volume) => Task.CompletedTask;

    /// <summary>
    /// As <see cref="Release(string)"/>, of what was taken out for one source of a volume (<see cref="FetchRequest.Source"/>) whose class has lost it; the volume goes on.
    /// </summary>
    Task Release(string volume, string source) => Task.CompletedTask;

    /// <summary>After a restart, when all volumes have resumed: looks after what was taken out before.</summary>
    Task Resume() => Task.CompletedTask;
}

/// <summary>Finds the provider behind a name.</summary>
public interface IProviderCatalog
{
    /// <summary>The provider called <paramref name="name"/>: a plugin whose socket exists now, else a built-in.</summary>
    /// <exception cref="VolumeException">There is none; the message says where a socket was looked for and which names are built in.</exception>
    ISecretProvider Find(string name);

    /// <summary>Tells every built-in provider that <paramref name="volume"/> is gone: <see cref="ISecretProvider.Release(string)"/>.</summary>
    Task Release(string volume) => Task.CompletedTask;

    /// <summary>Tells every built-in provider that all volumes have resumed: <see cref="ISecretProvider.Resume"/>.</summary>
    Task Resume() => Task.CompletedTask;
}
