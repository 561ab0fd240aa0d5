using ActorCsi.Grains.Classes;

namespace ActorCsi.Silo.Doctor.Checks.Classes;

/// <summary>The classes of <c>--classes</c>.</summary>
internal static class ClassFiles
{
    public static IEnumerable<(string Path, ClassFile File)> ReadAll(Surroundings node)
    {
        if (node.Options.Classes.Length == 0)
            return [];
        return node.FilesIn(node.Options.Classes, "*").Where(path => Path.GetExtension(path) is ".yaml" or ".yml" or ".json" && !Path.GetFileName(path).StartsWith('.'))
            .Select(path => (path, ClassFile.Read(File.ReadAllText(node.At(path)))));
    }
}
