using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Sources;
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
    [property: Id(5)] ImmutableArray<ObjectVersion> Current)
{
    /// <summary>Who goes first when the provider cannot take all at once.</summary>
    [Id(6)]
    public FetchUrgency Urgency { get; init; }

    /// <summary>
    /// When what the caller has was fetched: only what was fetched later is news to it. The time of the request itself for who wants to know how things
    /// stand now; null for who has nothing.
    /// </summary>
    [Id(7)]
    public DateTimeOffset? NewerThan { get; init; }

    /// <summary>
    /// Which source of the volume this is for, where its class lists several; empty where the class is all there is. Whoever keeps books for volumes keeps them
    /// for each source: two of one provider in one volume are not each other's successors.
    /// </summary>
    [Id(8)]
    public string Source { get; init; } = "";

    /// <summary>Where below the volume the files of that source are; empty for its top.</summary>
    [Id(11)]
    public string Directory { get; init; } = "";

    /// <summary>What the volume has of each source of its class, for the provider that puts them together; empty to have all fetched.</summary>
    [Id(9)]
    public ImmutableArray<SourceState> Sources { get; init; } = [];

    /// <summary>
    /// Whether content that works is renewed in good time before its end: then what another volume of the session was given some minutes ago will do. Who is
    /// new, retries, or follows a change wants to know how things stand.
    /// </summary>
    [Id(10)]
    public bool IsRenewal { get; init; }

    /// <summary>Whether somebody wants all of it anew, due or not.</summary>
    [Id(12)]
    public bool IsOnDemand { get; init; }

    /// <summary>The path in the volume of what is <paramref name="path"/> to the provider.</summary>
    public string PathOf(string path) => Directory.Length == 0 ? path : $"{Directory}/{path}";
}

/// <summary>
/// How much depends on a fetch. New pods come first, since they cannot start; then what expires soon before what expires late, and content without an end last.
/// </summary>
/// <param name="IsFirst">Whether a pod waits for its first bundle.</param>
/// <param name="ExpiresAt">When the content that is to be replaced ends; null when it has no end.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.FetchUrgency")]
public readonly record struct FetchUrgency([property: Id(0)] bool IsFirst, [property: Id(1)] DateTimeOffset? ExpiresAt)
{
    /// <summary>A pod that waits to start.</summary>
    public static FetchUrgency First { get; } = new(true, null);

    /// <summary>Below zero when <paramref name="one"/> is more urgent than <paramref name="other"/>.</summary>
    public static int Compare(FetchUrgency one, FetchUrgency other)
        => one.IsFirst != other.IsFirst ? (one.IsFirst ? -1 : 1) : (one.ExpiresAt ?? DateTimeOffset.MaxValue).CompareTo(other.ExpiresAt ?? DateTimeOffset.MaxValue);
}
