using System.Collections.Immutable;

namespace ActorCsi;

/// <summary>Where a volume stands in its life. Names that can stand in a sentence: "the volume is stale".</summary>
[GenerateSerializer, Alias("ActorCsi.VolumeState")]
public enum VolumeState
{
    /// <summary>kubelet asked for the volume; nothing is mounted yet, or nothing is known to be.</summary>
    Asked,

    /// <summary>The tmpfs is mounted and holds no bundle yet.</summary>
    Mounted,

    /// <summary>One bundle is readable, whole, and as fresh as it should be.</summary>
    Serving,

    /// <summary>One bundle is readable, whole, but the last refresh failed.</summary>
    Stale,

    /// <summary>kubelet asked to take the volume away.</summary>
    Leaving,
}

/// <summary>What a volume holds and how it is doing, for kubelet's volume condition and for operators. Nothing secret.</summary>
/// <param name="VolumeId">The CSI volume id.</param>
/// <param name="State">Where the volume stands in its life.</param>
/// <param name="Pod">The pod that the volume belongs to.</param>
/// <param name="ClassName">Its SecretProviderClass, in the pod's namespace.</param>
/// <param name="Provider">The provider that the class names; empty before the first bundle.</param>
/// <param name="Targets">Where the volume is published.</param>
/// <param name="Generation">How many bundles the volume has been given.</param>
/// <param name="Objects">The objects of the bundle and their versions.</param>
/// <param name="ServedAt">When the bundle became readable.</param>
/// <param name="ExpiresAt">When the bundle stops being of use; null when it has no end.</param>
/// <param name="RefreshAt">When the provider is asked next; null when never.</param>
/// <param name="Reason">Why the volume is stale; null when it is not.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VolumeStatus")]
public sealed record VolumeStatus(
    [property: Id(0)] string VolumeId,
    [property: Id(1)] VolumeState State,
    [property: Id(2)] PodIdentity Pod,
    [property: Id(3)] string ClassName,
    [property: Id(4)] string Provider,
    [property: Id(5)] ImmutableArray<string> Targets,
    [property: Id(6)] long Generation,
    [property: Id(7)] ImmutableArray<ObjectVersion> Objects,
    [property: Id(8)] DateTimeOffset? ServedAt,
    [property: Id(9)] DateTimeOffset? ExpiresAt,
    [property: Id(10)] DateTimeOffset? RefreshAt,
    [property: Id(11)] string? Reason)
{
    /// <summary>Since when the content has not been as fresh as it should be; null when it is.</summary>
    [Id(12)]
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>Why the provider is asked at <see cref="RefreshAt"/>, or why it is not.</summary>
    [Id(13)]
    public RefreshCause RefreshCause { get; init; }

    /// <summary>Why the class, as it is known here, may not be as it is in the cluster (the API server is out of reach, say); null when it is.</summary>
    [Id(14)]
    public string? ClassDoubt { get; init; }
}

/// <summary>What the next refresh of a volume waits for.</summary>
[GenerateSerializer, Alias("ActorCsi.RefreshCause")]
public enum RefreshCause
{
    /// <summary>Nothing: the content has no end and is not asked for again.</summary>
    None,

    /// <summary>The content, or a lease on it, expires.</summary>
    Expiry,

    /// <summary>The interval of the class or of the node: the content has no end that is known.</summary>
    Interval,

    /// <summary>The provider said when it wants to be asked again.</summary>
    Provider,

    /// <summary>The last refresh failed, and is tried again.</summary>
    Retry,

    /// <summary>The refresh is due and needs a fresh token, which kubelet brings with its next publish.</summary>
    Token,

    /// <summary>The refresh is due and its class is held.</summary>
    Held,

    /// <summary>Something was changed that the content follows: its class, the tokens it shows, the pod's secrets, the group of the files.</summary>
    Change,
}

/// <summary>An object of a secret store and the version that was fetched, as the plugin protocol names them.</summary>
/// <param name="Id">The object's id, in the provider's own spelling.</param>
/// <param name="Version">The version's id; empty when the provider has none.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.ObjectVersion")]
public readonly record struct ObjectVersion([property: Id(0)] string Id, [property: Id(1)] string Version);

/// <summary>How full a volume's file system is, and whether its content is as fresh as it should be.</summary>
/// <param name="TotalBytes">The size limit, in bytes.</param>
/// <param name="UsedBytes">What the files take, in bytes.</param>
/// <param name="TotalInodes">The limit of files, directories and links.</param>
/// <param name="UsedInodes">How many there are.</param>
/// <param name="Stale">Why the content is not fresh; null when it is.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VolumeUsage")]
public sealed record VolumeUsage(
    [property: Id(0)] long TotalBytes,
    [property: Id(1)] long UsedBytes,
    [property: Id(2)] long TotalInodes,
    [property: Id(3)] long UsedInodes,
    [property: Id(4)] string? Stale);
