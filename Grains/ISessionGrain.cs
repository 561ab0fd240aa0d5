using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains;

/// <summary>
/// What one identity has with one provider. The key is <see cref="SessionKey.Of"/>. Two identities never meet in one session,
/// so nothing that is shared here can cross from one pod's rights to another's.
/// </summary>
[Alias("ActorCsi.ISessionGrain")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>Fetches a bundle, or joins an identical fetch that is in flight. The caller owns the bundle and erases it.</summary>
    /// <exception cref="VolumeException">No bundle can be had, and why.</exception>
    [Alias("Fetch")]
    [ResponseTimeout("00:05:00")] // the provider's own time-out ends a fetch much earlier
    Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken);
}

/// <summary>The key of a session: provider and identity.</summary>
internal static class SessionKey
{
    /// <summary>provider/namespace/service account; none of the three may hold a slash.</summary>
    public static string Of(string provider, PodIdentity pod) => $"{provider}/{pod.Namespace}/{pod.ServiceAccount}";
}
