namespace ActorCsi;

/// <summary>Everything that can go wrong with a volume: a closed set. Driver/StatusTable.cs gives each its gRPC code.</summary>
[GenerateSerializer, Alias("ActorCsi.VolumeError")]
public enum VolumeError
{
    /// <summary>A bug or a machine that misbehaves. Logged with a correlation id; the caller is told that id only.</summary>
    Internal,

    /// <summary>A field of the request or of the class is missing or malformed.</summary>
    Invalid,

    /// <summary>The class, or an object that it names, does not exist.</summary>
    NotFound,

    /// <summary>The class needs a token and the request has none for the audience.</summary>
    TokenMissing,

    /// <summary>The token is expired, for another audience or another pod, or the provider will not have it.</summary>
    TokenRefused,

    /// <summary>The provider cannot be reached, timed out, or its breaker is open.</summary>
    ProviderUnavailable,

    /// <summary>The provider asks for fewer calls.</summary>
    ProviderThrottles,

    /// <summary>The provider knows the pod and says no.</summary>
    ProviderDenies,

    /// <summary>The provider failed in a way of its own, or its answer makes no sense.</summary>
    ProviderFailed,

    /// <summary>More calls wait for this volume than its bound allows.</summary>
    Busy,

    /// <summary>The volume is published at this path in another way.</summary>
    PublishedDifferently,

    /// <summary>The volume is published at another path, and its access mode allows one only.</summary>
    PublishedElsewhere,

    /// <summary>The volume's size limit, the disk or the message limit is reached.</summary>
    Full,

    /// <summary>The caller gave up: its deadline passed or it cancelled.</summary>
    GivenUp,

    /// <summary>The API server cannot be reached, and what is needed of it is not known here.</summary>
    ClusterUnavailable,

    /// <summary>The provider has taken the request and has not decided on it: an approval or an issuance is awaited. Says nothing of how the provider does.</summary>
    ProviderPending,
}

/// <summary>
/// The carrier of a <see cref="VolumeError"/>. Its message reaches the user in a FailedMount event: it names what was found,
/// what was expected and how to mend it, and never holds a secret.
/// </summary>
[GenerateSerializer, Alias("ActorCsi.VolumeException")]
public sealed class VolumeException : Exception
{
    /// <summary>What went wrong.</summary>
    [Id(0)]
    public VolumeError Error { get; }

    /// <summary>How long it makes no sense to try again: the provider's Retry-After, or the rest of a breaker's pause. Null: nobody said.</summary>
    [Id(1)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A failure of kind <paramref name="error"/>, told to the user as <paramref name="message"/>.</summary>
    public VolumeException(VolumeError error, string message, Exception? inner = null) : base(message, inner) => Error = error;
}
