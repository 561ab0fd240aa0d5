using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>What one source gives to the volume's next bundle. Who has it owns the bytes.</summary>
/// <param name="State">What the volume will remember of it.</param>
/// <param name="Files">Its files, with their paths in the volume.</param>
internal sealed record SourcePart(SourceState State, ImmutableArray<SecretFile> Files)
{
    /// <summary>Whether the volume shows this already, so that it can be read there again.</summary>
    public bool IsInPlace { get; init; }

    /// <summary>See <see cref="SecretBundle.StaleBecause"/>.</summary>
    public string? StaleBecause { get; init; }

    /// <summary>See <see cref="SecretBundle.MayBeOlder"/>.</summary>
    public bool MayBeOlder { get; init; }

    public void Erase()
    {
        foreach (var file in Files)
            file.Content.Erase();
    }
}
