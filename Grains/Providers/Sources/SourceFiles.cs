using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>The files of sources: where they are put, that none is in another's way, and how they are read back from where pods read them.</summary>
internal static class SourceFiles
{
    /// <summary>The files of <paramref name="bundle"/>, or where it says that nothing has changed, those of <paramref name="known"/>.</summary>
    /// <exception cref="VolumeException">There are none.</exception>
    public static ImmutableArray<SecretFile> Of(Source source, SecretBundle bundle, SourcePart? known)
    {
        if (bundle.WrittenByProvider)
            throw new VolumeException(VolumeError.ProviderFailed,
                $"provider '{source.Class.Provider}' writes its files itself, which cannot land together with those of other sources: use a version of it that answers with files");
        if (bundle.Unchanged)
            return known?.Files
                ?? throw new VolumeException(VolumeError.ProviderFailed, $"provider '{source.Class.Provider}' says that nothing has changed, and the volume has nothing of what was asked for");
        return [.. bundle.Files.Select(file => file with { Path = source.PathOf(file.Path) })];
    }

    /// <summary>What the volume at <paramref name="target"/> shows of a source; null when it does not show all of it.</summary>
    public static SourcePart? InPlace(ITmpfs tmpfs, string target, SourceState shown)
    {
        var contents = tmpfs.Read(target, [.. shown.Files.Select(file => file.Path)], int.MaxValue);
        if (!contents.Contains(null))
            return new SourcePart(shown, [.. shown.Files.Zip(contents, (file, content) => new SecretFile(file.Path, file.Mode, content!))]) { IsInPlace = true };
        foreach (var content in contents)
            content?.Erase();
        return null;
    }

    /// <exception cref="VolumeException">Two sources want the same name, or one's file is another's directory.</exception>
    public static void RefuseClashes(SecretProviderClass secretClass, ImmutableArray<SourcePart> parts)
    {
        var owners = new Dictionary<string, SourcePart>(StringComparer.Ordinal);
        foreach (var part in parts)
            foreach (var file in part.Files)
                if (owners.TryGetValue(file.Path, out var other) && !ReferenceEquals(other, part))
                    throw Clash(secretClass, other, part, $"both make a file {FilePath.Quote(file.Path)}");
                else
                    owners[file.Path] = part;
        foreach (var (path, part) in owners)
            for (var folder = Folder.PathOf(path); folder.Length > 0; folder = Folder.PathOf(folder))
                if (owners.TryGetValue(folder, out var other) && !ReferenceEquals(other, part))
                    throw Clash(secretClass, other, part, $"are in each other's way: {FilePath.Quote(folder)} is a file of the one and a directory of the other");
    }

    private static VolumeException Clash(SecretProviderClass secretClass, SourcePart one, SourcePart other, string how) => new(VolumeError.Invalid,
        $"SecretProviderClass {secretClass.Namespace}/{secretClass.Name}: the sources '{one.State.Name}' and '{other.State.Name}' of parameters.sources {how}; give one of them a directory of its own");
}
