using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains.Providers;

/// <summary>What a provider is asked for.</summary>
/// <param name="Volume">The volume that the content is for, and whose pod is acted for.</param>
/// <param name="Class">The class that says what to fetch.</param>
/// <param name="Tokens">The pod's tokens that the provider demanded: checked, and no others.</param>
/// <param name="TokenSource">The field of the request in which the tokens came: the plugin protocol passes it on.</param>
/// <param name="NodePublishSecrets">The Secret named by nodePublishSecretRef.</param>
/// <param name="Current">The object versions that the volume holds now; empty at first.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.FetchRequest")]
public sealed record FetchRequest(
    [property: Id(0)] VolumeSpec Volume,
    [property: Id(1)] SecretProviderClass Class,
    [property: Id(2)] PodTokens Tokens,
    [property: Id(3)] TokenSource TokenSource,
    [property: Id(4)] ImmutableArray<NamedSecret> NodePublishSecrets,
    [property: Id(5)] ImmutableArray<ObjectVersion> Current);
