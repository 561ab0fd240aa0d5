namespace ActorCsi.Grains.Providers;

/// <summary>
/// Whether a class may act with an identity that the node has, or vouches for, and not with the pod's own token: <c>auth: provider-adc</c> of gcp, <c>useVMManagedIdentity</c> and
/// <c>usePodIdentity</c> of azure. Whoever may write such a class can read whatever that identity may.
/// </summary>
public enum NodeIdentities
{
    /// <summary>As with the existing plugins: their classes work unchanged.</summary>
    Allowed,

    /// <summary>Such a class is refused, before anybody is asked.</summary>
    Refused,
}

/// <summary>The refusal of such a class.</summary>
internal static class NodeIdentityRefusal
{
    /// <summary>The option that refuses, for messages.</summary>
    public const string Option = "--node-identities=refused among the driver's options";

    /// <param name="asks">What the class says: <c>parameters.auth is provider-adc</c>.</param>
    /// <param name="by">What the administrator said: <see cref="Option"/>.</param>
    /// <param name="instead">What the class's author can do.</param>
    public static VolumeException Of(string asks, string by, string instead)
        => new(VolumeError.ProviderDenies, $"{asks}: that is an identity of the node, and {by} keeps those from classes. {instead}");
}
