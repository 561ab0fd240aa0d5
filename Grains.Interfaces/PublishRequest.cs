using System.Collections.Immutable;

namespace ActorCsi;

/// <summary>What kubelet asked for in one NodePublishVolume call.</summary>
/// <param name="Spec">What to publish and where. The same at each republish.</param>
/// <param name="Tokens">
/// The pod's service-account tokens as kubelet sent them: the JSON object {audience: {token, expirationTimestamp}}, unread.
/// Null when there were none. Read only when it differs from the last one (docs/decisions/0002-tokens-are-read-late.md).
/// </param>
/// <param name="TokenSource">Where the tokens were found.</param>
/// <param name="NodePublishSecrets">
/// The keys of the Secret named by nodePublishSecretRef, without the tokens'; and by their names, which no key can have, attributes that are secret (<see cref="VolumeSpec.IsSecret"/>).
/// </param>
[GenerateSerializer, Immutable, Alias("ActorCsi.PublishRequest")]
public sealed record PublishRequest(
    [property: Id(0)] VolumeSpec Spec,
    [property: Id(1)] Secret? Tokens,
    [property: Id(2)] TokenSource TokenSource,
    [property: Id(3)] ImmutableArray<NamedSecret> NodePublishSecrets);

/// <summary>A secret value and the key it stands under.</summary>
/// <param name="Name">The key; not secret.</param>
/// <param name="Value">The value.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.NamedSecret")]
public readonly record struct NamedSecret([property: Id(0)] string Name, [property: Id(1)] Secret Value);

/// <summary>The field of the request in which kubelet delivered the pod's tokens.</summary>
[GenerateSerializer, Alias("ActorCsi.TokenSource")]
public enum TokenSource
{
    /// <summary>There were no tokens: the CSIDriver object has no tokenRequests.</summary>
    None,

    /// <summary>The <c>secrets</c> field (KEP-5538, <c>serviceAccountTokenInSecrets: true</c>).</summary>
    Secrets,

    /// <summary>The <c>volume_context</c> field (KEP-1855).</summary>
    VolumeContext,
}
