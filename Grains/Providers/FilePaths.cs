using System.Text;

namespace ActorCsi.Grains.Providers;

/// <summary>
/// Which paths a class may ask for. The volume refuses the same ones when it writes; here the author is told which parameter it was.
/// </summary>
internal static class FilePaths
{
    private const int LongestPath = 4096;
    private const int LongestName = 255;

    /// <summary>What is wrong with <paramref name="path"/>; null when nothing is.</summary>
    public static string? Fault(string path)
    {
        if (path.Length == 0)
            return "is empty, expected a file name";
        if (path[0] == '/')
            return "is an absolute path, expected one relative to the volume";
        if (path.Any(char.IsControl))
            return "holds a control character";
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            return $"is longer than {LongestPath} bytes";
        if (path.StartsWith("..", StringComparison.Ordinal))
            return "begins with '..': such names are the volume's own";
        foreach (var name in path.Split('/'))
        {
            if (name is "" or "." or "..")
                return "is not a plain path: it has an empty part, '.' or '..'";
            if (Encoding.UTF8.GetByteCount(name) > LongestName)
                return $"has a part longer than {LongestName} bytes";
        }
        return null;
    }
}
