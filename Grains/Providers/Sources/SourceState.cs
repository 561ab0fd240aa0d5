using System.Collections.Immutable;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>What a volume has of one of its sources. Nothing secret: the bytes are where the pod reads them.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.SourceState")]
public sealed record SourceState
{
    /// <summary>The source's name in the class.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Its provider.</summary>
    [Id(1)]
    public required string Provider { get; init; }

    /// <summary>A fingerprint of what it was asked for; with another one it is asked anew.</summary>
    [Id(2)]
    public required string Fingerprint { get; init; }

    /// <summary>Its files, as the volume shows them.</summary>
    [Id(3)]
    public ImmutableArray<SourceFile> Files { get => field.IsDefault ? [] : field; init; }

    /// <summary>The versions of its objects.</summary>
    [Id(4)]
    public ImmutableArray<ObjectVersion> Objects { get => field.IsDefault ? [] : field; init; }

    /// <summary>When its provider gave them, or last said that they are still what it has.</summary>
    [Id(5)]
    public DateTimeOffset FetchedAt { get; init; }

    /// <summary>When they stop being of use; null when they have no end.</summary>
    [Id(6)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it is asked again; null for never.</summary>
    [Id(7)]
    public DateTimeOffset? RefreshAt { get; init; }

    /// <summary>Why then.</summary>
    [Id(8)]
    public RefreshCause RefreshCause { get; init; }

    /// <summary>Whether its files hold the pod's tokens themselves, so that it is asked whenever there may be new ones.</summary>
    [Id(9)]
    public bool FollowsTokens { get; init; }

    /// <summary>Whether it is to be asked at <paramref name="now"/>.</summary>
    internal bool IsDue(DateTimeOffset now) => FollowsTokens || RefreshAt <= now;

    /// <summary>Whether this is what <paramref name="source"/> asks for now.</summary>
    internal bool IsOf(Source source) => Name == source.Name && Provider == source.Class.Provider && Fingerprint == source.Fingerprint;

    /// <summary>The same, to be asked at <paramref name="now"/>, for nothing older: somebody wants to know how things stand.</summary>
    internal SourceState DueAt(DateTimeOffset now) => this with { FetchedAt = now, RefreshAt = now, RefreshCause = RefreshCause.Change };

    /// <summary>When the first of <paramref name="sources"/> is due.</summary>
    internal static PlannedRefresh FirstDue(ImmutableArray<SourceState> sources)
        => sources.Aggregate(PlannedRefresh.Never, static (first, source) => first.OrEarlier(new PlannedRefresh(source.RefreshAt, source.RefreshCause)));
}

/// <summary>A file of a source.</summary>
/// <param name="Path">Relative to the volume.</param>
/// <param name="Mode">Permission bits.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.SourceFile")]
public readonly record struct SourceFile([property: Id(0)] string Path, [property: Id(1)] int Mode);
