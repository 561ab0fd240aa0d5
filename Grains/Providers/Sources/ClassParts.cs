using System.Collections.Immutable;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>Which classes a class amounts to: each is one provider's.</summary>
public static class ClassParts
{
    /// <summary>The class itself, or those of its sources.</summary>
    /// <exception cref="VolumeException">The list of sources makes no sense.</exception>
    public static ImmutableArray<SecretProviderClass> Of(SecretProviderClass secretClass)
        => secretClass.Provider == SourcesProvider.ProviderName ? [.. SourcesClass.Of(secretClass).Select(source => source.Class)] : [secretClass];
}
