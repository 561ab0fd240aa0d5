using System.Collections.Immutable;

namespace ActorCsi;

/// <summary>All that a volume knows and may tell, for an operator who looks closely. Nothing secret: of tokens their audiences and times, of Secrets their keys.</summary>
/// <param name="Status">What the volume holds and how it is doing.</param>
/// <param name="Spec">What the pod asked for.</param>
/// <param name="TokenSource">Where kubelet put the pod's tokens.</param>
/// <param name="Tokens">The pod's tokens that the volume has, without the tokens.</param>
/// <param name="NodePublishSecrets">The keys of the Secret of nodePublishSecretRef.</param>
/// <param name="Failures">How many refreshes in a row have failed.</param>
/// <param name="Refreshes">The last few refreshes since the driver's start, the latest last.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VolumeReport")]
public sealed record VolumeReport(
    [property: Id(0)] VolumeStatus Status,
    [property: Id(1)] VolumeSpec Spec,
    [property: Id(2)] TokenSource TokenSource,
    [property: Id(3)] ImmutableArray<TokenReport> Tokens,
    [property: Id(4)] ImmutableArray<string> NodePublishSecrets,
    [property: Id(5)] int Failures,
    [property: Id(6)] ImmutableArray<RefreshReport> Refreshes)
{
    /// <summary>What the volume has of each source, where its class lists several.</summary>
    [Id(7)]
    public ImmutableArray<SourceReport> Sources { get; init; } = [];
}

/// <summary>What a volume has of one of its sources.</summary>
/// <param name="Name">The source's name in the class.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Files">How many files it gave.</param>
/// <param name="FetchedAt">When its provider gave them, or last said that they are still what it has.</param>
/// <param name="ExpiresAt">When they stop being of use; null when they have no end.</param>
/// <param name="RefreshAt">When it is asked again; null for never.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.SourceReport")]
public sealed record SourceReport(
    [property: Id(0)] string Name,
    [property: Id(1)] string Provider,
    [property: Id(2)] int Files,
    [property: Id(3)] DateTimeOffset FetchedAt,
    [property: Id(4)] DateTimeOffset? ExpiresAt,
    [property: Id(5)] DateTimeOffset? RefreshAt);

/// <summary>A token that kubelet brought, without the token.</summary>
/// <param name="Audience">Whom it is for; "" is the API server.</param>
/// <param name="ExpiresAt">When it expires, as kubelet said.</param>
/// <param name="IssuedAt">When it was issued, as the token says; null where it does not.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.TokenReport")]
public readonly record struct TokenReport([property: Id(0)] string Audience, [property: Id(1)] DateTimeOffset ExpiresAt, [property: Id(2)] DateTimeOffset? IssuedAt);

/// <summary>One time that a provider was asked.</summary>
/// <param name="At">When it was over.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Changed">Whether it brought other content.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
/// <param name="Message">The same in words.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.RefreshReport")]
public readonly record struct RefreshReport(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] TimeSpan Took,
    [property: Id(2)] bool Changed,
    [property: Id(3)] VolumeError? Error,
    [property: Id(4)] string? Message);
