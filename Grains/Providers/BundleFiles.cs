using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers;

/// <summary>Puts the files of a bundle together.</summary>
internal static class BundleFiles
{
    /// <summary>All of them; where one cannot be made, or two have one name, what was made is erased.</summary>
    /// <param name="files">The files, made one by one while they are collected.</param>
    /// <param name="mend">What the class's author can do where two have one name.</param>
    /// <exception cref="VolumeException">Two files have one name.</exception>
    public static ImmutableArray<SecretFile> Collect(IEnumerable<SecretFile> files, string mend)
    {
        var collected = ImmutableArray.CreateBuilder<SecretFile>();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var file in files)
            {
                collected.Add(file);
                if (!paths.Add(file.Path))
                    throw new VolumeException(VolumeError.Invalid, $"two objects of the class make a file '{Words.Clip(file.Path)}': {mend}");
            }
            return collected.ToImmutable();
        }
        catch
        {
            foreach (var file in collected)
                file.Content.Erase();
            throw;
        }
    }
}
