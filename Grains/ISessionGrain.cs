using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains;

/// <summary>
/// What one identity has with one provider for one class. The key is <see cref="SessionKey.Of"/>. Two identities never meet in one session,
/// so nothing that is shared here can cross from one pod's rights to another's.
/// </summary>
[Alias("ActorCsi.ISessionGrain")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>
    /// Fetches a bundle, joins an identical fetch that is in flight, or gives what was fetched a moment ago. The caller owns the bundle and erases it.
    /// </summary>
    /// <exception cref="VolumeException">No bundle can be had, and why.</exception>
    [Alias("Fetch")]
    [ResponseTimeout("00:05:00")] // the provider's own time-out ends a fetch much earlier
    Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken);
}

/// <summary>The key of a session: identity, audiences, class as it is now, endpoint.</summary>
internal static class SessionKey
{
    /// <summary>
    /// namespace/service account/class/fingerprint of the class/audiences/endpoint. None of the first four may hold a slash, and audiences are escaped;
    /// whatever an endpoint is called, two different sessions have two different keys.
    /// </summary>
    public static string Of(ISecretProvider provider, TokenDemand demand, SecretProviderClass secretClass, PodIdentity pod)
        => $"{IdentityOf(pod)}{secretClass.Name}/{Fingerprint.Of(secretClass)}/{Audiences(demand)}/{provider.Endpoint(secretClass)}";

    /// <summary>How the key of each session of this identity begins.</summary>
    public static string IdentityOf(PodIdentity pod) => $"{pod.Namespace}/{pod.ServiceAccount}/";

    private static string Audiences(TokenDemand demand)
        => demand.TakesAll ? "*" : string.Join(',', demand.Audiences.Select(Uri.EscapeDataString));
}
