using System.Collections.Immutable;

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

    /// <summary>When the content stops being of use; null when it has no end.</summary>
    [Id(2)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the provider wants to be asked again; null leaves it to the volume's poll interval, if it has one.</summary>
    [Id(3)]
    public DateTimeOffset? RefreshAt { get; init; }

    /// <summary>Whether the content never changes but by <see cref="RefreshAt"/> or a new token: no polling.</summary>
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
