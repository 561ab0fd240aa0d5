using System.Collections.Immutable;
using ActorCsi.Grains.Providers.Sources;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains.Providers;

/// <summary>Files that belong together: a volume shows all of them or none. Who receives a bundle owns it and erases it.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.SecretBundle")]
public sealed record SecretBundle
{
    /// <summary>The files, in no order.</summary>
    [Id(0)]
    public required ImmutableArray<SecretFile> Files { get; init; }

    /// <summary>Which version of which object the files hold.</summary>
    [Id(1)]
    public ImmutableArray<ObjectVersion> Objects { get; init; } = [];

    /// <summary>When the content stops being of use: the earliest end of an object, or of a lease on it; null when it has no end. The refresh is planned from it.</summary>
    [Id(2)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the provider itself wants to be asked again, say at the end of a rotation period; null leaves it to the schedule. Prefer <see cref="RefreshWindow"/>, which has jitter.</summary>
    [Id(3)]
    public DateTimeOffset? RefreshAt { get; init; }

    /// <summary>Whether the content never changes but with its renewal or a new token: no polling.</summary>
    [Id(4)]
    public bool NeedsNoPolling { get; init; }

    /// <summary>Whether the files hold the pod's tokens themselves, so that a new token is new content.</summary>
    [Id(5)]
    public bool FollowsTokens { get; init; }

    /// <summary>
    /// True when the provider wrote the files into the volume itself (a legacy plugin that answers without files): the volume leaves what is there.
    /// </summary>
    [Id(6)]
    public bool WrittenByProvider { get; init; }

    /// <summary>
    /// True when the store still has the versions of <see cref="FetchRequest.Current"/>: the provider looked and read nothing. Such a bundle has no files;
    /// the volume leaves what is there, and counts it as fresh. Times and object versions are told as ever.
    /// </summary>
    [Id(7)]
    public bool Unchanged { get; init; }

    /// <summary>True when the store itself says that older content takes the place of newer, after a restore, say; else older content is refused.</summary>
    [Id(8)]
    public bool MayBeOlder { get; init; }

    /// <summary>When the provider gave this; set by the session, unless the provider knows better.</summary>
    [Id(9)]
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>Why the provider could not be asked, when this is a copy that was kept; null when it is the provider's answer. Set by the session.</summary>
    [Id(10)]
    public string? StaleBecause { get; init; }

    /// <summary>In which part of its life the provider wants content renewed that has an end, where the class does not say it; null leaves it to the schedule.</summary>
    [Id(12)]
    public LifeWindow? RefreshWindow { get; init; }

    /// <summary>Of which sources the bundle is put together, and when each of them is due; empty when it is one provider's.</summary>
    [Id(11)]
    public ImmutableArray<SourceState> Sources { get; init; } = [];

    /// <summary>
    /// Whether a new pod of the identity may start from a copy of this while the provider is not to be had, though fetches are not shared
    /// (<see cref="ISecretProvider.SharingKey"/>): nothing in it is this volume's own, and nothing that the provider keeps books of hangs on it.
    /// </summary>
    [Id(13)]
    public bool MayStartOthers { get; init; }

    /// <summary>The group of the files, where the class or the volume's attributes say one; null leaves it to the pod's fsGroup.</summary>
    [Id(14)]
    public uint? Group { get; init; }

    /// <summary>The same bundle with bytes of its own, to be erased on its own.</summary>
    public SecretBundle Copy() => this with { Files = [.. Files.Select(file => file with { Content = file.Content.Copy() })] };

    /// <summary>Overwrites the content of all files.</summary>
    public void Erase()
    {
        foreach (var file in Files)
            file.Content.Erase();
    }
}

/// <summary>One file of a bundle.</summary>
/// <param name="Path">Relative to the volume; may hold directories (<c>a/b/c.txt</c>).</param>
/// <param name="Mode">Permission bits, 0 to 0777 (octal).</param>
/// <param name="Content">The bytes.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.SecretFile")]
public sealed record SecretFile([property: Id(0)] string Path, [property: Id(1)] int Mode, [property: Id(2)] Secret Content)
{
    /// <summary>The mode of a file for which nobody asked for another: 0644, as in the plugin protocol.</summary>
    public const int DefaultMode = 0x1A4;
}
